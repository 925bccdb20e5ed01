using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Shipping;

/// <summary>The settings under <c>Delivery</c>.</summary>
public sealed class DeliveryOptions : IValidatableObject
{
    /// <summary>The ways of delivery by their ids, as settings have them; none: those that every shop begins with.</summary>
    public Dictionary<string, DeliverySetting> Methods { get; init; } = [];

    /// <summary>What there is to choose from, the cheapest first.</summary>
    internal IReadOnlyList<(string Id, DeliverySetting Setting)> InForce =>
        [.. (Methods.Count > 0 ? Methods : Usual).Select(method => (method.Key, method.Value)).OrderBy(method => method.Value.Price).ThenBy(method => method.Key, StringComparer.Ordinal)];

    private static Dictionary<string, DeliverySetting> Usual => new()
    {
        ["standard"] = new() { Name = "Standard delivery", Price = 4.90m, Days = 3 },
        ["express"] = new() { Name = "Express delivery", Price = 9.90m, Days = 1 },
    };

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (id, method) in Methods)
        {
            if (id.Length is 0 or > 50 || method.Name.Length is 0 or > 100 || method.Days is < 0 or > 365 || method.Price is < 0 or > 1000 || decimal.Round(method.Price, 2) != method.Price)
                yield return new($"Delivery:Methods:{id} needs a Name of at most 100 characters, a Price from 0 to 1000 with at most two decimals, and Days from 0 to 365.");
        }
    }
}

/// <summary>A way of delivery in the settings.</summary>
public sealed class DeliverySetting
{
    /// <summary>Its name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>In the shop's currency.</summary>
    public decimal Price { get; init; }

    /// <summary>Working days that it takes at most.</summary>
    public int Days { get; init; }
}

/// <summary>A way of delivery.</summary>
/// <param name="Id">Its name in requests.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Price">What it costs.</param>
/// <param name="Days">Working days that it takes at most.</param>
public sealed record DeliveryMethod(string Id, string Name, Money Price, int Days);

/// <summary>The ways of delivery that can be chosen.</summary>
public sealed class DeliveryMethods(IOptions<DeliveryOptions> delivery, IOptions<ShopOptions> shop)
{
    /// <summary>All of them, the cheapest first.</summary>
    public IReadOnlyList<DeliveryMethod> All =>
        [.. delivery.Value.InForce.Select(method => new DeliveryMethod(method.Id, method.Setting.Name, new Money(method.Setting.Price, shop.Value.Currency).Rounded(), method.Setting.Days))];

    /// <summary>The one of that id; null when there is none.</summary>
    public DeliveryMethod? Find(string id) => All.FirstOrDefault(method => method.Id == id);

    /// <summary><c>GET /delivery-methods</c>.</summary>
    internal static Ok<Page<DeliveryMethod>> List(DeliveryMethods methods) => TypedResults.Ok(new Page<DeliveryMethod>(methods.All, null));
}

/// <summary>Delivery.</summary>
public static class DeliveryEndpoints
{
    /// <summary>Adds <see cref="DeliveryMethods"/>, with the settings under <c>Delivery</c>.</summary>
    public static void AddDelivery(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<DeliveryOptions>().BindConfiguration("Delivery").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<DeliveryMethods>();
    }

    /// <summary>Maps <c>/delivery-methods</c>.</summary>
    public static void MapDelivery(this IEndpointRouteBuilder app) =>
        app.MapGet("/delivery-methods", DeliveryMethods.List).AllowAnonymous().WithTags("Delivery").WithName("ListDeliveryMethods")
            .WithSummary("The ways of delivery, the cheapest first");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Page<DeliveryMethod>))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
