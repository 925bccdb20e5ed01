using System.Diagnostics.CodeAnalysis;

namespace Shop.Auth.Accounts.Passwords;

/// <summary>Whether an item was taken into a <see cref="FairQueue{T}"/>.</summary>
internal enum Admission
{
    Queued,

    /// <summary>The limit for the address, or for the account from this address, is reached.</summary>
    OwnShareFull,

    /// <summary>The queue is full, and no other address has more items in it than this one would.</summary>
    Full,
}

/// <summary>
/// A bounded queue in which network addresses take turns, and within the turn of an address its accounts: however many items come from one address, an item from
/// another waits for one of them at most. When the queue is full, a newcomer replaces the latest item of the address that has most. Not thread-safe.
/// </summary>
/// <param name="most">How many items fit in total.</param>
/// <param name="mostOfAddress">How many of them from one address.</param>
/// <param name="mostOfAccount">How many of these for one account.</param>
internal sealed class FairQueue<T>(int most, int mostOfAddress, int mostOfAccount)
{
    private readonly RoundRobin<RoundRobin<Items>> _addresses = new();

    public int Count => _addresses.Count;

    /// <summary>Adds an item at the end of its account's queue.</summary>
    /// <param name="origin">The address and account that the item counts for.</param>
    /// <param name="item">The item.</param>
    /// <param name="evicted">The item that it replaced; else the default.</param>
    public Admission TryAdd(AttemptOrigin origin, T item, out T? evicted)
    {
        evicted = default;
        var address = _addresses.Find(origin.Address);
        var fromAddress = address?.Count ?? 0;
        if (fromAddress >= mostOfAddress || address?.Find(origin.Account)?.Count >= mostOfAccount)
            return Admission.OwnShareFull;
        if (Count >= most)
        {
            var longest = _addresses.Longest();
            if (longest.Queue.Count <= fromAddress + 1)
                return Admission.Full;
            evicted = Remove(longest, longest.Queue.Longest(), last: true);
        }
        _addresses.FindOrAdd(origin.Address).FindOrAdd(origin.Account).List.AddLast(item);
        return Admission.Queued;
    }

    /// <summary>Takes the next item; false when the queue is empty.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (_addresses.IsEmpty)
            return false;
        var address = _addresses.Next();
        item = Remove(address, address.Queue.Next(), last: false);
        return true;
    }

    private T Remove((string Key, RoundRobin<Items> Queue) address, (string Key, Items Queue) account, bool last)
    {
        var node = (last ? account.Queue.List.Last : account.Queue.List.First)!;
        account.Queue.List.Remove(node);
        if (account.Queue.Count == 0)
            address.Queue.Remove(account.Key);
        if (address.Queue.IsEmpty)
            _addresses.Remove(address.Key);
        return node.Value;
    }

    private interface ICounted
    {
        int Count { get; }
    }

    /// <summary>The items for one account from one address.</summary>
    private sealed class Items : ICounted
    {
        public LinkedList<T> List { get; } = [];

        public int Count => List.Count;
    }

    /// <summary>Non-empty queues that take turns.</summary>
    private sealed class RoundRobin<TQueue> : ICounted where TQueue : class, ICounted, new()
    {
        private readonly LinkedList<(string Key, TQueue Queue)> _order = [];
        private readonly Dictionary<string, LinkedListNode<(string Key, TQueue Queue)>> _byKey = [];

        public bool IsEmpty => _order.Count == 0;

        public int Count => _order.Sum(turn => turn.Queue.Count);

        public TQueue? Find(string key) => _byKey.GetValueOrDefault(key)?.Value.Queue;

        public TQueue FindOrAdd(string key)
        {
            if (!_byKey.TryGetValue(key, out var turn))
                _byKey[key] = turn = _order.AddLast((key, new TQueue()));
            return turn.Value.Queue;
        }

        public void Remove(string key)
        {
            _order.Remove(_byKey[key]);
            _byKey.Remove(key);
        }

        public (string Key, TQueue Queue) Longest() => _order.MaxBy(turn => turn.Queue.Count);

        /// <summary>The queue whose turn it is, which then moves to the end.</summary>
        public (string Key, TQueue Queue) Next()
        {
            var turn = _order.First!;
            _order.RemoveFirst();
            _order.AddLast(turn);
            return turn.Value;
        }
    }
}
