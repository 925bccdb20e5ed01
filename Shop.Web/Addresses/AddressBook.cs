using Shop.ServiceDefaults.Lists;
using Shop.Site.Services;

namespace Shop.Web.Addresses;

/// <summary>The addresses that the customer has saved, in Product.</summary>
internal sealed class AddressBook(ProductApi product)
{
    /// <summary>All of them, the newest first.</summary>
    public async Task<IReadOnlyList<SavedAddress>> ListAsync() => (await product.GetAsync<Page<SavedAddress>>("/addresses")).Items;

    /// <summary>Saves another one.</summary>
    public Task<Answer<SavedAddress>> AddAsync(PostalAddress address) => product.SendAsync<SavedAddress>(HttpMethod.Post, "/addresses", address);

    /// <summary>Changes one.</summary>
    public Task<Answer<SavedAddress>> ChangeAsync(Guid id, PostalAddress address) => product.SendAsync<SavedAddress>(HttpMethod.Put, $"/addresses/{id}", address);

    /// <summary>Forgets one; what is not there has been forgotten.</summary>
    public Task RemoveAsync(Guid id) => product.SendAsync<SavedAddress>(HttpMethod.Delete, $"/addresses/{id}");
}
