namespace Shop.Auth.Keys;

/// <summary>What a key is for.</summary>
internal enum KeyPurpose
{
    /// <summary>Signs what others verify: ECDSA on P-256, published in the JWKS.</summary>
    Signing,

    /// <summary>Encrypts what only this service reads: 256 random bits.</summary>
    Encryption,
}

/// <summary>A key of the token server, as stored.</summary>
internal sealed class ServerKey
{
    /// <summary>Also the <c>kid</c> in tokens. Sorts by time.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public KeyPurpose Purpose { get; init; }

    /// <summary>The key, protected by data protection: PKCS #8 or raw bytes, by purpose.</summary>
    public byte[] Protected { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }
}
