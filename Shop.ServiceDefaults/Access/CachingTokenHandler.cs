using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults.Access;

/// <summary>
/// Caches for a minute which tokens are valid: checking a signature takes longer than most requests, and a client sends the same token
/// again and again. Invalid tokens are not cached, valid ones no longer than they live; a revoked key is trusted for one more minute.
/// No permission depends on it: those are checked with Auth at each request, see <see cref="LiveAccess"/>.
/// </summary>
internal sealed class CachingTokenHandler : JsonWebTokenHandler, IDisposable
{
    private const int MaxTokens = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _valid = new(new MemoryCacheOptions { SizeLimit = MaxTokens });

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (_valid.TryGetValue(token, out TokenValidationResult? known) && known!.SecurityToken.ValidTo > DateTime.UtcNow)
        {
            // A copy: a claim that is added belongs to one request.
            return new() { IsValid = true, SecurityToken = known.SecurityToken, ClaimsIdentity = known.ClaimsIdentity.Clone() };
        }
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (result.IsValid)
            _valid.Set(token, result, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Lifetime, Size = 1 });
        return result;
    }

    public void Dispose() => _valid.Dispose();
}
