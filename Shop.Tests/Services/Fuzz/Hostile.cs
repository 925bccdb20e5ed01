using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace Shop.Tests.Services.Fuzz;

/// <summary>Generates what clients send who are careless, broken or mean: near enough to what is expected to get past the first check.</summary>
internal static class Hostile
{
    private const int DeepestSchema = 6;

    private static readonly Gen<string> KnownTroubles = Gen.OneOf<string>(
        "", " ", "\0", "a\0b", "null", "undefined", "-1", "0", "1", "2147483648", "-9223372036854775809", "1e400", "NaN", "true", "../../etc/passwd", "%00", "%",
        "'; DROP TABLE orders; --", "\" OR 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "\r\nX-Injected: 1", "\u202e", "\ufeff", "\ud800", "é́",
        "😀", "İ", "K", "//evil.example", "https://evil.example", "00000000-0000-0000-0000-000000000000", "\"", "\\", "*", "\"1-1\"", "W/\"1\"",
        new string('a', 300), new string('x', 70_000));

    private static readonly Gen<string> Text = Gen.Frequency<string>((3, KnownTroubles), (1, Gen.String), (1, Gen.String[Gen.Char['a', 'z'], 1, 20]));

    private static readonly Gen<string> Number = Gen.Frequency<string>(
        (2, Gen.OneOf<string>("0", "-0", "-1", "1", "1.5", "0.001", "1e400", "-1e400", "1e-400", "2147483648", "9223372036854775808", "99999999999999999999999999999999", "12.345")),
        (1, Gen.Int.Select(n => n.ToString(CultureInfo.InvariantCulture))),
        (1, Gen.Int[1, 100].Select(n => n.ToString(CultureInfo.InvariantCulture))));

    private static readonly Gen<string> Time = Gen.OneOf<string>(
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00", "9999-12-31", "0000-00-00", "2026-02-30", "2026-11-28T12:00:00Z",
        "2026-11-28T12:00:00+01:00", "infinity");

    private static readonly Gen<string> Scalar = Gen.OneOf<string>(Text.Select(Quoted), Number, Gen.OneOf<string>("null", "true", "false", "[]", "{}"));

    private static readonly Gen<string> Anything = Gen.Frequency<string>(
        (6, Scalar),
        (1, Scalar.Array[0, 5].Select(items => $"[{string.Join(',', items)}]")),
        (1, Gen.Select(Text, Scalar).Array[0, 4].Select(Object)),
        (1, Gen.Int[20, 5000].Select(depth => new string('[', depth) + new string(']', depth))),
        (1, Gen.Int[20, 2000].Select(depth => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth))));

    /// <summary>JSON for a schema: mostly what it asks for, here and there something else.</summary>
    public static Gen<string> Json(Operation operation, JsonElement schema, Gen<string> ids, int depth = 0)
    {
        schema = operation.Resolve(schema);
        if (depth > DeepestSchema || schema.ValueKind is not JsonValueKind.Object)
            return Anything;
        var expected = Types(schema) switch
        {
            var types when types.Contains("object") || schema.TryGetProperty("properties", out _) => Members(operation, schema, ids, depth),
            var types when types.Contains("array") => schema.TryGetProperty("items", out var item)
                ? Json(operation, item, ids, depth + 1).Array[0, 4].Select(items => $"[{string.Join(',', items)}]")
                : Anything,
            var types when types.Contains("integer") || types.Contains("number") => Number,
            var types when types.Contains("boolean") => Gen.OneOf<string>("true", "false"),
            _ => Gen.Frequency<string>((2, Text), (1, ids)).Select(Quoted),
        };
        return Gen.Frequency<string>((8, expected), (1, Anything));
    }

    /// <summary>A body: mostly well-formed.</summary>
    public static Gen<string> Body(Operation operation, Gen<string> ids)
    {
        if (operation.Body is not { } schema)
            return Gen.Const("");
        if (operation.ContentType is "application/x-www-form-urlencoded")
            return Form(operation, schema);
        var json = Json(operation, schema, ids);
        return Gen.Frequency<string>(
            (12, json),
            (1, Gen.Select(json, Gen.Double.Unit).Select((text, part) => text[..(int)(text.Length * part)])),
            (1, json.Select(text => text.Replace("{", "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"role\":\"admin\",\"status\":\"paid\",", StringComparison.Ordinal).Replace(",}", "}", StringComparison.Ordinal))),
            (1, Text), (1, Anything));
    }

    /// <summary>A value of a parameter: of a time mostly one, since a random text gets no further than its reading.</summary>
    public static Gen<string> Value(Gen<string> ids, JsonElement schema) =>
        schema.ValueKind is JsonValueKind.Object && schema.TryGetProperty("format", out var format) && format.GetString() is "date-time"
            ? Gen.Frequency<string>((4, Time), (2, Gen.Const("")), (1, Text))
            : Gen.Frequency<string>((3, ids), (3, Text), (1, Number));

    private static Gen<string> Members(Operation operation, JsonElement schema, Gen<string> ids, int depth)
    {
        if (!schema.TryGetProperty("properties", out var properties))
            return Gen.OneOf<string>("{}");
        var members = Gen.Const(Array.Empty<(string, string)>());
        foreach (var property in properties.EnumerateObject())
        {
            // One in ten is missing, one in twenty is there twice.
            var member = Gen.Select(Json(operation, property.Value, ids, depth + 1), Gen.Int[0, 19]);
            members = Gen.Select(members, member).Select((before, next) => next.Item2 switch
            {
                0 or 1 => before,
                2 => [.. before, (property.Name, next.Item1), (property.Name, next.Item1)],
                _ => [.. before, (property.Name, next.Item1)],
            });
        }
        return members.Select(Object);
    }

    private static Gen<string> Form(Operation operation, JsonElement schema)
    {
        var names = operation.Resolve(schema).TryGetProperty("properties", out var properties)
            ? properties.EnumerateObject().Select(property => property.Name).ToArray()
            : ["a"];
        var value = Gen.Frequency<string>((1, Text), (2, Gen.OneOf<string>("password", "refresh_token", "client_credentials", "authorization_code", "shop-cli", "openid offline_access")));
        return Gen.Select(Gen.OneOf<string>(names), value).Array[0, 8].Select(fields =>
            string.Join('&', fields.Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2)}")));
    }

    private static HashSet<string> Types(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind is JsonValueKind.Array ? [.. type.EnumerateArray().Select(name => name.GetString()!)]
        : [type.GetString()!];

    private static string Object((string Name, string Value)[] members) =>
        $"{{{string.Join(',', members.Select(member => $"{Quoted(member.Name)}:{member.Value}"))}}}";

    // Escaped here, so that lone surrogates come through as well.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            _ = c is '"' or '\\' or < ' ' || char.IsSurrogate(c) ? quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : quoted.Append(c);
        return quoted.Append('"').ToString();
    }
}
