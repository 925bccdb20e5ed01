namespace Shop.Tests.AppHost;

/// <summary>Whole systems in processes of their own: one at a time, and nothing else beside them on two cores.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class WholeSystems
{
    public const string Collection = "whole systems in processes of their own";
}
