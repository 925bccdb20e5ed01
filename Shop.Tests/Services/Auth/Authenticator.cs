using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Shop.Tests.Services.Auth;

/// <summary>The app on somebody's phone (RFC 6238).</summary>
internal sealed class Authenticator(string secret)
{
    /// <summary>In base 32.</summary>
    public string Secret => secret;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    /// <summary>The code of now, or of so many steps later.</summary>
    public string Code(int later = 0)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / (long)Step.TotalSeconds + later);
#pragma warning disable CA5350 // What authenticator apps use.
        var hash = HMACSHA1.HashData(Key(), counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>A code that is not right, and was not and will not be in the next minutes.</summary>
    public string WrongCode()
    {
        var right = Enumerable.Range(-10, 21).Select(Code).ToHashSet();
        return Enumerable.Range(0, 100).Select(number => number.ToString("D6", CultureInfo.InvariantCulture)).First(code => !right.Contains(code));
    }

    /// <summary>Has the person's account ask for codes; returns the app and the recovery codes. The code of the step before is spent.</summary>
    public static async Task<(Authenticator App, IReadOnlyList<string> RecoveryCodes)> TurnOnAsync(Person person)
    {
        var app = await BeginAsync(person);
        var answer = await HttpAssert.JsonAsync(
            await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = app.Code(-1) }), HttpStatusCode.OK);
        return (app, Codes(answer));
    }

    /// <summary>Begins the set-up.</summary>
    public static async Task<Authenticator> BeginAsync(Person person)
    {
        var answer = await HttpAssert.JsonAsync(
            await person.SendAsync(HttpMethod.Post, "/me/two-factor", new { password = AuthService.Password }), HttpStatusCode.OK);
        var secret = answer.GetProperty("secret").GetString()!;
        Assert.Equal($"otpauth://totp/Shop:{Uri.EscapeDataString(person.Email)}?secret={secret}&issuer=Shop", answer.GetProperty("uri").GetString());
        return new(secret);
    }

    public static IReadOnlyList<string> Codes(JsonElement answer) => [.. answer.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)];

    private byte[] Key()
    {
        // Base 32: five bits a letter.
        var bits = string.Concat(secret.Select(letter =>
            Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(bits => bits.Length == 8).Select(bits => Convert.ToByte(new string(bits), 2))];
    }
}
