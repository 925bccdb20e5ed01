using System.Diagnostics.CodeAnalysis;

namespace Shop.Auth.Users;

/// <summary>What became of the wish to wait in a line.</summary>
internal enum Admission
{
    Waits,

    /// <summary>As many as may wait from there, or for that account from there, do already.</summary>
    OwnShareFull,

    /// <summary>As many as may wait at all do, and nobody among them comes from where more wait than from here.</summary>
    Full,
}

/// <summary>
/// Who waits, from where and for which account. Addresses take turns, and in the turn of an address its accounts do: however many come from one
/// place, somebody who comes from another waits for one of them at most. Not for several threads at a time.
/// </summary>
/// <param name="most">How many may wait.</param>
/// <param name="mostOfAddress">How many of them from one address.</param>
/// <param name="mostOfAccount">How many of these for one account.</param>
internal sealed class FairLine<T>(int most, int mostOfAddress, int mostOfAccount)
{
    private readonly Turns<Turns<Waiting>> _addresses = new();

    /// <summary>How many wait.</summary>
    public int Count => _addresses.Count;

    /// <summary>Puts somebody at the end of their account's line.</summary>
    /// <param name="origin">Where they come from, and which account it is about.</param>
    /// <param name="item">What is to be done.</param>
    /// <param name="left">Whoever had to leave for them, since most wait from where that one came; else the default.</param>
    public Admission TryAdd(TryOrigin origin, T item, out T? left)
    {
        left = default;
        var address = _addresses.Find(origin.Address);
        var fromThere = address?.Count ?? 0;
        if (fromThere >= mostOfAddress || address?.Find(origin.Account)?.Count >= mostOfAccount)
            return Admission.OwnShareFull;
        if (Count >= most)
        {
            var longest = _addresses.Longest();
            if (longest.Line.Count <= fromThere + 1)
                return Admission.Full;
            left = Leave(longest, longest.Line.Longest(), last: true);
        }
        _addresses.FindOrAdd(origin.Address).FindOrAdd(origin.Account).Items.AddLast(item);
        return Admission.Waits;
    }

    /// <summary>Whose turn it is; false when nobody waits.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (_addresses.IsEmpty)
            return false;
        var address = _addresses.Next();
        item = Leave(address, address.Line.Next(), last: false);
        return true;
    }

    private T Leave((string Key, Turns<Waiting> Line) address, (string Key, Waiting Line) account, bool last)
    {
        var node = (last ? account.Line.Items.Last : account.Line.Items.First)!;
        account.Line.Items.Remove(node);
        if (account.Line.Count == 0)
            address.Line.Remove(account.Key);
        if (address.Line.IsEmpty)
            _addresses.Remove(address.Key);
        return node.Value;
    }

    private interface ILine
    {
        int Count { get; }
    }

    /// <summary>Those who wait for one account from one address.</summary>
    private sealed class Waiting : ILine
    {
        public LinkedList<T> Items { get; } = [];

        public int Count => Items.Count;
    }

    /// <summary>Lines that take turns, none of them empty.</summary>
    private sealed class Turns<TLine> : ILine where TLine : class, ILine, new()
    {
        private readonly LinkedList<(string Key, TLine Line)> _order = [];
        private readonly Dictionary<string, LinkedListNode<(string Key, TLine Line)>> _byKey = [];

        public bool IsEmpty => _order.Count == 0;

        public int Count => _order.Sum(turn => turn.Line.Count);

        public TLine? Find(string key) => _byKey.GetValueOrDefault(key)?.Value.Line;

        public TLine FindOrAdd(string key)
        {
            if (!_byKey.TryGetValue(key, out var turn))
                _byKey[key] = turn = _order.AddLast((key, new TLine()));
            return turn.Value.Line;
        }

        public void Remove(string key)
        {
            _order.Remove(_byKey[key]);
            _byKey.Remove(key);
        }

        public (string Key, TLine Line) Longest() => _order.MaxBy(turn => turn.Line.Count);

        /// <summary>The line whose turn it is; its next comes after all others'.</summary>
        public (string Key, TLine Line) Next()
        {
            var turn = _order.First!;
            _order.RemoveFirst();
            _order.AddLast(turn);
            return turn.Value;
        }
    }
}
