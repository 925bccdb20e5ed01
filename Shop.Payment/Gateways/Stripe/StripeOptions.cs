using System.ComponentModel.DataAnnotations;

namespace Shop.Payment.Gateways.Stripe;

/// <summary>The account at Stripe, section <c>Payment:Stripe</c>. Without a key and a webhook secret the service does not start.</summary>
public sealed class StripeOptions : IValidatableObject
{
    /// <summary>The secret or restricted key. It says which account is charged, and whether in earnest or as a test.</summary>
    [Required, RegularExpression(@"\S+")]
    public string ApiKey { get; set; } = "";

    /// <summary>The signing secret of the webhook endpoint at Stripe.</summary>
    [Required, RegularExpression(@"\S+")]
    public string WebhookSecret { get; set; } = "";

    /// <summary>Where the API is, without a slash at the end; null: at Stripe. Plain http only on loopback, since the key goes there.</summary>
    public Uri? ApiBase { get; set; }

    /// <summary>The store, where a bank sends its customer back to. From <c>Payment:Storefront</c>; null: a bank that asks is not answered.</summary>
    public Uri? ReturnTo { get; set; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ApiBase is not null && !(ApiBase.IsAbsoluteUri && (ApiBase.Scheme == Uri.UriSchemeHttps || ApiBase.IsLoopback)))
            yield return new ValidationResult("The address of the API must be absolute, and https unless on loopback.", [nameof(ApiBase)]);
    }
}
