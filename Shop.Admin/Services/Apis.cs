using Shop.Site.Services;

namespace Shop.Admin.Services;

/// <summary>Calls Auth as whoever is signed in here.</summary>
public sealed class AuthApi(HttpClient http, IHttpContextAccessor visitor) : ServiceApi("Auth", http, visitor);

/// <summary>Calls Product as whoever is signed in here.</summary>
public sealed class ProductApi(HttpClient http, IHttpContextAccessor visitor) : ServiceApi("Product", http, visitor);

/// <summary>Calls Payment as whoever is signed in here.</summary>
public sealed class PaymentApi(HttpClient http, IHttpContextAccessor visitor) : ServiceApi("Payment", http, visitor);
