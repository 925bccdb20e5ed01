using Shop.Tests.Distributed;
using Shop.Tests.Services.Messaging;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Shop.Tests.LongestFirst))]

namespace Shop.Tests;

/// <summary>Begins with the collections that take minutes, so that no processor waits for them at the end. The others come in the order that the framework has them in.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName switch
        {
            ShopSystem.Collection => 0,
            BrokerTurn.Name => 1,
            _ => 2,
        })];
}
