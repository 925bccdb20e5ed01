using System.Reflection;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product;

/// <summary>A request that knows what is wrong with itself beyond its JSON types.</summary>
public interface IValidated
{
    /// <summary>Adds what is wrong, if anything.</summary>
    void Validate(ValidationErrors errors);
}

/// <summary>What is wrong with a request, field by field.</summary>
public sealed class ValidationErrors
{
    private readonly Dictionary<string, List<string>> _messages = [];

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsEmpty => _messages.Count == 0;

    /// <summary>Adds the message if the condition holds.</summary>
    /// <param name="wrong">Whether it is wrong.</param>
    /// <param name="field">The field's name in JSON or in the query string.</param>
    /// <param name="message">A sentence that says what is right.</param>
    public void AddIf(bool wrong, string field, string message)
    {
        if (!wrong)
            return;
        if (!_messages.TryGetValue(field, out var messages))
            _messages[field] = messages = [];
        messages.Add(message);
    }

    /// <summary>The messages by field.</summary>
    public IDictionary<string, string[]> ToDictionary() => _messages.ToDictionary(field => field.Key, field => field.Value.ToArray());
}

/// <summary>Validation of all requests of a group.</summary>
public static class ValidationExtensions
{
    /// <summary>Answers 400 instead of calling the handler when one of its parameters is an <see cref="IValidated"/> with errors.</summary>
    public static RouteGroupBuilder ValidateRequests(this RouteGroupBuilder group)
    {
        group.AddEndpointFilterFactory(static (endpoint, next) =>
        {
            var position = Array.FindIndex(endpoint.MethodInfo.GetParameters(), IsValidated);
            return position < 0 ? next : call => ValidateAsync(call, position, next);
        });
        return group;
    }

    private static bool IsValidated(ParameterInfo parameter) => parameter.ParameterType.IsAssignableTo(typeof(IValidated));

    private static ValueTask<object?> ValidateAsync(EndpointFilterInvocationContext call, int position, EndpointFilterDelegate next)
    {
        var errors = new ValidationErrors();
        call.GetArgument<IValidated>(position).Validate(errors);
        return errors.IsEmpty ? next(call) : ValueTask.FromResult<object?>(Problems.Validation(errors.ToDictionary()));
    }
}
