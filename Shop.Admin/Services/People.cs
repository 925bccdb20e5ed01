using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Admin.Services;

/// <summary>Who customers and staff are, by their ids.</summary>
public sealed class People(AuthApi auth)
{
    /// <summary>The names of those that exist; none while Auth is away, since a list of orders is of use without.</summary>
    public async Task<IReadOnlyDictionary<Guid, Person>> FindAsync(IEnumerable<Guid> ids)
    {
        var wanted = ids.Distinct().Take(100).ToList();
        if (wanted.Count == 0)
            return new Dictionary<Guid, Person>();
        try
        {
            var found = await auth.SendAsync<Page<Person>>(HttpMethod.Get, $"/users?ids={string.Join(',', wanted)}");
            return (found.Value?.Items ?? []).ToDictionary(person => person.Id);
        }
        catch (UnavailableException)
        {
            return new Dictionary<Guid, Person>();
        }
    }

    /// <summary>Whose address this is; null: nobody's.</summary>
    public async Task<Person?> FindAsync(string email) =>
        (await auth.SendAsync<Page<Person>>(HttpMethod.Get, $"/users?email={Uri.EscapeDataString(email)}")).Value?.Items is [var person, ..] ? person : null;
}

/// <summary>Somebody with an account.</summary>
/// <param name="Id">Their id.</param>
/// <param name="Email">Their address.</param>
/// <param name="DisplayName">Null when they gave none.</param>
public sealed record Person(Guid Id, string Email, string? DisplayName)
{
    /// <summary>How they are called in a list.</summary>
    public string Name => string.IsNullOrWhiteSpace(DisplayName) ? Email : DisplayName;
}
