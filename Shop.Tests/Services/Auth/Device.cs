using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Shop.Tests.Services.Auth;

/// <summary>A device that keeps one passkey, with the browser in front of it (Web Authentication, level 3).</summary>
internal sealed class Device : IDisposable
{
    private const byte Present = 1, Verified = 4, HasKey = 64;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);

    private string? _user;

    /// <summary>Of the page that asks.</summary>
    public string Origin { get; set; } = AuthService.Issuer;

    /// <summary>Whether it asks who uses it.</summary>
    public bool AsksWhoItIs { get; set; } = true;

    /// <summary>How often it has signed.</summary>
    public uint Count { get; set; }

    /// <summary>The passkey's id, as pages show it.</summary>
    public string Id => Base64Url.EncodeToString(_id);

    /// <summary>Makes the passkey; returns what the browser answers.</summary>
    public string Make(JsonElement options)
    {
        _user = options.GetProperty("user").GetProperty("id").GetString();
        var data = Data(HasKey, [.. new byte[16], 0, (byte)_id.Length, .. _id, .. PublicKey()]);
        byte[] attestation = [0xA3, .. Text("fmt"), .. Text("none"), .. Text("attStmt"), 0xA0, .. Text("authData"), 0x58, (byte)data.Length, .. data];
        return Answer(new
        {
            clientDataJSON = Base64Url.EncodeToString(ClientData("webauthn.create", options)),
            attestationObject = Base64Url.EncodeToString(attestation),
            transports = (string[])["internal"],
        });
    }

    /// <summary>Signs with it; returns what the browser answers.</summary>
    public string Sign(JsonElement options)
    {
        Count++;
        var (data, client) = (Data(0, []), ClientData("webauthn.get", options));
        var signature = _key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Answer(new
        {
            clientDataJSON = Base64Url.EncodeToString(client),
            authenticatorData = Base64Url.EncodeToString(data),
            signature = Base64Url.EncodeToString(signature),
            userHandle = _user,
        });
    }

    public void Dispose() => _key.Dispose();

    private string Answer(object response) =>
        JsonSerializer.Serialize(new { id = Id, rawId = Id, type = "public-key", clientExtensionResults = new { }, response });

    private byte[] ClientData(string type, JsonElement options) => JsonSerializer.SerializeToUtf8Bytes(
        new { type, challenge = options.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = false });

    private byte[] Data(byte flags, byte[] rest)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, Count);
        return [.. SHA256.HashData("localhost"u8), (byte)(flags | Present | (AsksWhoItIs ? Verified : 0)), .. count, .. rest];
    }

    /// <summary>As COSE has it (RFC 9053): kty 2, alg -7, crv 1, x, y.</summary>
    private byte[] PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return [0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32, .. point.X!, 0x22, 0x58, 32, .. point.Y!];
    }

    /// <summary>A short text in CBOR (RFC 8949).</summary>
    private static byte[] Text(string text) => [(byte)(0x60 + text.Length), .. Encoding.ASCII.GetBytes(text)];
}
