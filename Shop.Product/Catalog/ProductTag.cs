using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Shop.Product.Catalog;

/// <summary>What the conditions of a request come to.</summary>
public enum Precondition
{
    /// <summary>There are none, or they hold: do what was asked for.</summary>
    Holds,

    /// <summary>The client has this already, or wants to write only what is not there: 304 to a read, 412 to a write.</summary>
    Unchanged,

    /// <summary>It is not what the client believes: 412.</summary>
    Failed,
}

/// <summary>
/// The entity tag of a product, <c>"version-stock"</c>: it changes with everything that the answer shows, the stock included. A change by
/// staff is checked against what it replaces: against the version always, against the stock only when the change sets the stock; else a
/// product that sells all the time could never be edited.
/// </summary>
public static class ProductTag
{
    /// <summary>The tag.</summary>
    public static string Of(int version, int stock) => $"\"{version}-{stock}\"";

    /// <summary>
    /// What the conditions of a request for what has this tag come to, in the order of RFC 9110 13.2.2: <c>If-Match</c> compares strongly,
    /// <c>If-None-Match</c> weakly. What is no list of tags is not there, but that <c>If-Match</c> then permits nothing.
    /// </summary>
    public static Precondition Check(IHeaderDictionary request, string tag)
    {
        if (request.IfMatch.Count > 0 && !Parse(request.IfMatch).Any(one => one.Equals(EntityTagHeaderValue.Any) || (!one.IsWeak && one.Tag == tag)))
            return Precondition.Failed;
        return IsKnown(request.IfNoneMatch, tag) ? Precondition.Unchanged : Precondition.Holds;
    }

    /// <summary>Whether <c>If-None-Match</c> names the tag.</summary>
    public static bool IsKnown(StringValues ifNoneMatch, string tag) =>
        Parse(ifNoneMatch).Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Tag == tag);

    private static IList<EntityTagHeaderValue> Parse(StringValues header) =>
        EntityTagHeaderValue.TryParseList(header, out var tags) ? tags : [];

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
