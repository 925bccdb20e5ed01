using CsCheck;
using Shop.Auth.Accounts.Passwords;

namespace Shop.Tests.Unit.Auth;

public sealed class FairQueueTests
{
    private readonly FairQueue<string> _line = new(most: 8, mostOfAddress: 6, mostOfAccount: 4);

    [Fact]
    public void Who_comes_from_elsewhere_waits_for_one_of_many()
    {
        Add("here", "a", 4);
        Add("there", "z", 1);
        Assert.Equal(["here a 0", "there z 0", "here a 1", "here a 2", "here a 3"], All());
    }

    [Fact]
    public void The_accounts_of_an_address_take_turns()
    {
        Add("here", "a", 3);
        Add("here", "b", 1);
        Assert.Equal(["here a 0", "here b 0", "here a 1", "here a 2"], All());
    }

    [Fact]
    public void Each_address_and_each_account_there_has_a_share()
    {
        Assert.Equal(Admission.OwnShareFull, Add("here", "a", 5));
        Assert.Equal(Admission.OwnShareFull, Add("here", "b", 3));
        Assert.Equal(Admission.Queued, Add("there", "a", 1));
        Assert.Equal(7, All().Count());
    }

    [Fact]
    public void When_all_is_full_the_last_of_the_longest_queue_makes_room_for_who_comes_from_elsewhere()
    {
        Add("here", "a", 4);
        Add("here", "b", 2);
        Add("there", "y", 2);

        Assert.Equal(Admission.Queued, _line.TryAdd(new("z", "elsewhere"), "late", out var left));
        Assert.Equal("here a 3", left);
        Assert.Equal(Admission.Full, _line.TryAdd(new("c", "here"), "more", out _));
        Assert.Equal(8, All().Count());
    }

    [Fact]
    public void Nobody_is_lost_or_served_twice() => Check.Sample(
        Gen.Int[0, 3].Array[0, 60],
        addresses =>
        {
            var line = new FairQueue<int>(most: 20, mostOfAddress: 15, mostOfAccount: 10);
            var waiting = new HashSet<int>();
            for (var i = 0; i < addresses.Length; i++)
            {
                if (i % 5 == 4 && line.TryTake(out var taken))
                    Assert.True(waiting.Remove(taken));
                if (line.TryAdd(new($"account {i % 2}", $"{addresses[i]}"), i + 1, out var left) is Admission.Queued)
                {
                    waiting.Add(i + 1);
                    if (left != 0)
                        Assert.True(waiting.Remove(left));
                }
                Assert.Equal(waiting.Count, line.Count);
            }
            while (line.TryTake(out var taken))
                Assert.True(waiting.Remove(taken));
            Assert.Empty(waiting);
        });

    private Admission Add(string address, string account, int count)
    {
        var last = Admission.Queued;
        for (var i = 0; i < count; i++)
            last = _line.TryAdd(new(account, address), $"{address} {account} {i}", out _);
        return last;
    }

    private IEnumerable<string> All()
    {
        while (_line.TryTake(out var next))
            yield return next;
    }
}
