using Shop.Tests.Distributed;
using Shop.Tests.Faults;
using Shop.Tests.Services.Messaging;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Shop.Tests.LongestFirst))]
// One more than the two cores of the smallest machine: tests of whole systems wait more than they compute.
[assembly: Parallelization(MaxThreads = 3)]

namespace Shop.Tests;

/// <summary>
/// Begins with the collections that take minutes, so that no processor waits for them at the end. All others come in the order that the framework has them in.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName switch
        {
            ShopSystem.Collection => 0,
            ShopUnderFaults.Collection => 1,
            BrokerTurn.Name => 2,
            // They mostly wait for servers to start and to stop.
            var name when name.Contains("Shop.Tests.Hosting.", StringComparison.Ordinal) => 3,
            _ => 4,
        })];
}
