using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Shop.Product.Catalog;

/// <summary>
/// The entity tag of a product, <c>"version-stock"</c>: it changes with everything that the answer shows, the stock included. A change by
/// staff is checked against what it replaces: against the version always, against the stock only when the change sets the stock; else a
/// product that sells all the time could never be edited.
/// </summary>
public static class ProductTag
{
    /// <summary>The tag.</summary>
    public static string Of(int version, int stock) => $"\"{version}-{stock}\"";

    /// <summary>Whether the client's <c>If-None-Match</c> says that it has this already.</summary>
    public static bool IsKnown(StringValues ifNoneMatch, string tag) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch, out var known)
        && known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Tag == tag);

    /// <summary>Whether <c>If-Match</c> lets the change through. <c>*</c> does for any product; a weak tag never does.</summary>
    /// <param name="ifMatch">The header.</param>
    /// <param name="version">The product's version.</param>
    /// <param name="stock">The product's stock; null when the change leaves it alone.</param>
    public static bool Permits(StringValues ifMatch, int version, int? stock) =>
        EntityTagHeaderValue.TryParseList(ifMatch, out var tags)
        && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && IsCurrent(tag.Tag.AsSpan().Trim('"'), version, stock)));

    private static bool IsCurrent(ReadOnlySpan<char> tag, int version, int? stock)
    {
        var hyphen = tag.IndexOf('-');
        return hyphen > 0
            && int.TryParse(tag[..hyphen], out var taggedVersion) && taggedVersion == version
            && int.TryParse(tag[(hyphen + 1)..], out var taggedStock) && (stock is null || taggedStock == stock);
    }
}
