using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Shop.ServiceDefaults.Database;

/// <summary>A text holds the one character that JSON and URLs can hold and PostgreSQL's text cannot.</summary>
public sealed class NulCharacterException() : FormatException("A value contains a NUL character.")
{
    internal static void ThrowIfIn(string? text)
    {
        if (text?.Contains('\0', StringComparison.Ordinal) is true)
        {
            throw new NulCharacterException();
        }
    }
}

/// <summary>
/// Keeps NUL characters from the database, so that who sent one hears what was wrong. Commands that run through EF Core asynchronously are looked at, as
/// all here do. Plain SQL is not: its texts are from a URL, a cursor or a contract, which are refused before, or obey a rule that allows less.
/// </summary>
internal sealed class NulCharacterInterceptor : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    private static void Check(DbCommand command)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            switch (parameter.Value)
            {
                case string text:
                    NulCharacterException.ThrowIfIn(text);
                    break;
                case IEnumerable<string?> texts:
                    foreach (var text in texts)
                    {
                        NulCharacterException.ThrowIfIn(text);
                    }
                    break;
            }
        }
    }
}

/// <summary>Refuses JSON with a NUL character in a text, as JSON that is not what is expected.</summary>
public sealed class NulCharacterConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return text?.Contains('\0', StringComparison.Ordinal) is true ? throw new JsonException("A text contains a NUL character.") : text;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
