using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting;

/// <summary>The AppHost's user secrets: a JSON file in the user's home that only he can read.</summary>
internal sealed class UserSecrets(string? path)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };
    private static readonly Lock OneWriter = new();

    /// <summary>The file; null when the AppHost has no user secrets and nothing can be kept.</summary>
    public string? FilePath => path;

    public static UserSecrets Of(Assembly? assembly) =>
        new(assembly?.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId is { Length: > 0 } id
            ? PathHelper.GetSecretsPathFromSecretsId(id)
            : null);

    /// <summary>The secret of that name; the given value, which is kept, when there is none.</summary>
    public string GetOrSet(string name, string value)
    {
        if (path is null)
            return value;

        lock (OneWriter)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var _ = LockFile();
            var secrets = Read();
            if (secrets[name]?.GetValue<string>() is { } existing)
                return existing;

            secrets[name] = value;
            Write(secrets);
            return value;
        }
    }

    private JsonObject Read() =>
        File.Exists(path) && JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip }) is JsonObject json
            ? json
            : [];

    // Another AppHost of the same project may be starting at the same moment: both must end up with one password.
    private FileStream LockFile()
    {
        var giveUp = DateTime.UtcNow.AddSeconds(10);
        while (true)
        {
            try
            {
                return new FileStream(
                    $"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (DateTime.UtcNow < giveUp)
            {
                Thread.Sleep(20);
            }
        }
    }

    // A reader sees the old file or the new one, never half of one.
    private void Write(JsonObject secrets)
    {
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(unfinished, options))
            writer.Write(secrets.ToJsonString(Format));
        File.Move(unfinished, path!, overwrite: true);
    }
}
