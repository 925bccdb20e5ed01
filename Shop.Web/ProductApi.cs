using Shop.Site.Services;

namespace Shop.Web;

/// <summary>Calls Product as whoever is signed in here.</summary>
public sealed class ProductApi(HttpClient http, IHttpContextAccessor visitor) : ServiceApi("Product", http, visitor);
