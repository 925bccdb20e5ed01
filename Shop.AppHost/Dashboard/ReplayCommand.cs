using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.AppHost.Dashboard;

/// <summary>The command <i>Replay dead letters</i>.</summary>
public static class ReplayCommand
{
    public const string Name = "replay-dead-letters";
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Adds a command to the broker that replays all dead letters, through the API of each service, as the admin.</summary>
    public static IResourceBuilder<T> WithReplay<T>(
        this IResourceBuilder<T> broker,
        IResourceBuilder<ProjectResource> auth,
        IResourceBuilder<ParameterResource> adminEmail,
        IResourceBuilder<ParameterResource> adminPassword,
        params IReadOnlyList<IResourceBuilder<ProjectResource>> services) where T : IResource =>
        broker.WithCommand(Name, "Replay dead letters", context => Commands.TryAsync(async () =>
        {
            var token = await SignInAsync(auth, adminEmail, adminPassword, context.CancellationToken);
            var replayed = new List<string>();
            foreach (var service in services)
                replayed.Add($"{service.Resource.Name} {await ReplayAsync(service, token, context.CancellationToken)}");
            return CommandResults.Success($"Messages replayed: {string.Join(", ", replayed)}.");
        }), new CommandOptions
        {
            Description = "Replays the messages that the services could not handle.",
            ConfirmationMessage = "Replay all dead letters? A message that still cannot be handled becomes a dead letter again.",
            IconName = "MailArrowForward",
            UpdateState = Commands.WhenRunning,
        });

    private static async Task<string> SignInAsync(
        IResourceBuilder<ProjectResource> auth, IResourceBuilder<ParameterResource> email, IResourceBuilder<ParameterResource> password, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string?>
        {
            ["grant_type"] = "password",
            ["client_id"] = "shop-cli",
            ["username"] = await email.Resource.GetValueAsync(cancellationToken),
            ["password"] = await password.Resource.GetValueAsync(cancellationToken),
        });
        using var answer = await Http.PostAsync(Address(auth, "/connect/token"), form, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new DistributedApplicationException($"The admin cannot sign in ({(int)answer.StatusCode}): has the password been changed?");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("access_token").GetString()!;
    }

    /// <summary>Replays the dead letters that the service has now, and returns how many. Listed first: a message that fails again is listed again.</summary>
    private static async Task<int> ReplayAsync(IResourceBuilder<ProjectResource> service, string token, CancellationToken cancellationToken)
    {
        var letters = new List<string>();
        for (var page = "/dead-letters?limit=100"; page is not null;)
        {
            using var answer = await SendAsync(HttpMethod.Get, page);
            var list = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            letters.AddRange(list.GetProperty("items").EnumerateArray().Select(letter => letter.GetProperty("id").GetString()!));
            page = list.GetProperty("next").GetString() is { } next ? $"/dead-letters?limit=100&after={Uri.EscapeDataString(next)}" : null;
        }

        foreach (var letter in letters)
            (await SendAsync(HttpMethod.Post, $"/dead-letters/{letter}/replay")).Dispose();
        return letters.Count;

        async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, Address(service, path)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
            var answer = await Http.SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode)
                return answer;
            answer.Dispose();
            throw new DistributedApplicationException($"{service.Resource.Name} answers {(int)answer.StatusCode} to {method} {path.Split('?')[0]}.");
        }
    }

    private static Uri Address(IResourceBuilder<ProjectResource> service, string path) => new(new Uri(service.GetEndpoint("http").Url), path);
}
