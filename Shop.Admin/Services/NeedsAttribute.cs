namespace Shop.Admin.Services;

/// <summary>On a page: who opens it, or sends one of its forms, needs one of these permissions.</summary>
/// <param name="anyOf">Some of <see cref="ServiceDefaults.Access.Permissions"/>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(params string[] anyOf) : Attribute
{
    /// <summary>One of them does.</summary>
    public IReadOnlyList<string> AnyOf { get; } = anyOf;
}
