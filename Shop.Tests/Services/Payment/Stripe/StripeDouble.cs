using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Services.Payment.Stripe;

/// <summary>What goes wrong with a call to Stripe.</summary>
public enum Fault
{
    /// <summary>The connection breaks before Stripe has heard of it.</summary>
    DropBefore,

    /// <summary>The connection breaks when Stripe has done it.</summary>
    DropAfter,

    /// <summary>Stripe does it, and never answers.</summary>
    HangAfter,

    /// <summary>500, with nothing done; kept with the key.</summary>
    ErrorBefore,

    /// <summary>500, although it was done; kept with the key.</summary>
    ErrorAfter,

    /// <summary>503 by something on the way, in HTML.</summary>
    Unavailable,

    /// <summary>429; nothing done.</summary>
    RateLimited,

    /// <summary>409: a call with the same key is being worked on.</summary>
    KeyInUse,

    /// <summary>403: the key may not do this.</summary>
    Forbidden,

    /// <summary>200 with half an answer, although it was done.</summary>
    Garbled,
}

/// <summary>
/// Stripe as it looks on the wire, on loopback: forms in, its JSON out, idempotency keys, errors. Knows the calls that the gateway makes
/// and refuses all others. The shapes are those of Stripe's API reference; nothing here has been compared with Stripe itself.
/// </summary>
internal sealed class StripeDouble : IAsyncDisposable
{
    /// <summary>The key that it accepts.</summary>
    public const string ApiKey = "sk_test_51DoubleOfTheSecretKey";

    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<(string Step, Fault Fault)> _faults = [];
    private readonly Dictionary<string, (string Request, Reply Reply)> _keys = [];
    private readonly List<string> _calls = [];

    private StripeDouble(WebApplication app) => _app = app;

    /// <summary>Its books.</summary>
    public StripeBooks Books { get; } = new();

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>The calls that came in, in order: <c>create</c>, <c>retrieve</c>, <c>confirm</c>, <c>cancel</c>, <c>search</c>, <c>refund</c>, <c>retrieve-refund</c>.</summary>
    public string[] Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public static async Task<StripeDouble> StartAsync(CancellationToken cancellationToken)
    {
        var app = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build();
        var stripe = new StripeDouble(app);
        app.Run(stripe.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return stripe;
    }

    /// <summary>The next call of this step goes wrong.</summary>
    public void Fail(string step, Fault fault)
    {
        lock (_lock)
            _faults.Add((step, fault));
    }

    /// <summary>More than a day has gone by: no key is known any more.</summary>
    public void ForgetKeys()
    {
        lock (_lock)
            _keys.Clear();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (step, id) = StepOf(context.Request);
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var fault = Begin(step);
        if (fault is Fault.DropBefore)
        {
            context.Abort();
            return;
        }
        var (reply, replayed) = Reply(context.Request, step, id, form, fault);
        if (fault is Fault.DropAfter)
        {
            context.Abort();
            return;
        }
        if (fault is Fault.HangAfter)
        {
            var gone = new TaskCompletionSource();
            await using var hangingUp = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            return;
        }

        context.Response.StatusCode = (int)reply.Status;
        context.Response.Headers["Request-Id"] = $"req_{Guid.NewGuid():N}";
        context.Response.ContentType = fault is Fault.Unavailable ? "text/html" : "application/json";
        if (context.Request.Headers["Idempotency-Key"] is [{ } key])
            context.Response.Headers["Idempotency-Key"] = key;
        if (replayed)
            context.Response.Headers["Idempotent-Replayed"] = "true";
        await context.Response.WriteAsync(fault is Fault.Garbled ? reply.Body[..(reply.Body.Length / 2)] : reply.Body, context.RequestAborted);
    }

    private Fault? Begin(string step)
    {
        lock (_lock)
        {
            _calls.Add(step);
            var next = _faults.FindIndex(x => x.Step == step);
            if (next < 0)
                return null;
            var (_, fault) = _faults[next];
            _faults.RemoveAt(next);
            return fault;
        }
    }

    private (Reply Reply, bool Replayed) Reply(HttpRequest request, string step, string id, IFormCollection form, Fault? fault)
    {
        if (request.Headers.Authorization != $"Bearer {ApiKey}")
            return (StripeJson.Error(HttpStatusCode.Unauthorized, "invalid_request_error", null, null, "Invalid API Key provided: sk_test_*****"), false);
        switch (fault)
        {
            case Fault.Unavailable:
                return (new Reply(HttpStatusCode.ServiceUnavailable, "<html>No server is available</html>"), false);
            case Fault.RateLimited:
                return (StripeJson.Error(HttpStatusCode.TooManyRequests, "invalid_request_error", "rate_limit"), false);
            case Fault.KeyInUse:
                return (StripeJson.Error(HttpStatusCode.Conflict, "idempotency_error", "idempotency_key_in_use"), false);
            case Fault.Forbidden:
                return (StripeJson.Error(HttpStatusCode.Forbidden, "invalid_request_error", "more_permissions_required"), false);
        }

        lock (_lock)
        {
            if (!HttpMethods.IsPost(request.Method) || request.Headers["Idempotency-Key"] is not [{ } key])
                return (fault is Fault.ErrorBefore ? Internal : Books.Do(step, id, form, request.Query), false);
            var fingerprint = $"{request.Path}?{string.Join('&', form.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key}={x.Value}"))}";
            if (_keys.TryGetValue(key, out var before))
                return before.Request == fingerprint
                    ? (before.Reply, true)
                    : (StripeJson.Error(HttpStatusCode.BadRequest, "idempotency_error", null, null, "Keys can only be used with the same parameters."), false);

            var reply = fault is Fault.ErrorBefore ? Internal : Books.Do(step, id, form, request.Query);
            if (fault is Fault.ErrorAfter)
                reply = Internal;
            _keys.Add(key, (fingerprint, reply));
            return (reply, false);
        }
    }

    private static Reply Internal => StripeJson.Error(HttpStatusCode.InternalServerError, "api_error", null);

    private static (string Step, string Id) StepOf(HttpRequest request) =>
        (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
        {
            ("POST", ["v1", "payment_intents"]) => ("create", ""),
            ("GET", ["v1", "payment_intents", "search"]) => ("search", ""),
            ("GET", ["v1", "payment_intents", var id]) => ("retrieve", id),
            ("POST", ["v1", "payment_intents", var id, "confirm"]) => ("confirm", id),
            ("POST", ["v1", "payment_intents", var id, "cancel"]) => ("cancel", id),
            ("POST", ["v1", "refunds"]) => ("refund", ""),
            ("GET", ["v1", "refunds", var id]) => ("retrieve-refund", id),
            _ => ("unknown", ""),
        };
}
