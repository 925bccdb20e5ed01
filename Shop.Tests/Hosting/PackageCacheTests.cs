using Shop.Hosting;
using Shop.Hosting.Packages;

namespace Shop.Tests.Hosting;

/// <summary>On a small package of the distribution that is fetched as servers are.</summary>
public sealed class PackageCacheTests : IDisposable
{
    private static readonly ServerPackage Hello = new("Hello", "hello", _ => false);

    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("cache-");
    private readonly List<string> _said = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_is_fetched_once_and_again_when_its_copy_was_damaged_or_half_written()
    {
        var work = Path.Combine(_cache.FullName, AptArchive.SystemName(), ".unpacking-hello", "root");
        Directory.CreateDirectory(work);
        await File.WriteAllTextAsync(Path.Combine(work, "half"), "of a run that was killed", Cancel);

        var copy = await Cache(Hello).GetAsync(Cancel);
        Assert.True(File.Exists(Path.Combine(copy, "usr/bin/hello")));
        Assert.False(Directory.Exists(Path.GetDirectoryName(work)));
        _said.Clear();
        Assert.Equal(copy, await Cache(Hello).GetAsync(Cancel));
        Assert.Empty(_said);

        File.Delete(Path.Combine(copy, "usr/bin/hello"));
        Assert.Equal(copy, await Cache(Hello).GetAsync(Cancel));
        Assert.True(File.Exists(Path.Combine(copy, "usr/bin/hello")));
        Assert.Contains(_said, line => line.Contains("is damaged and is replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Runs_that_start_together_fetch_it_once()
    {
        var copies = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Cache(Hello).GetAsync(Cancel), Cancel)));

        Assert.Single(copies.Distinct());
        lock (_said)
            Assert.Single(_said, line => line.Contains("is ready in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_fetched_is_named_with_what_to_install()
    {
        var missing = new ServerPackage("Nothing", "no-such-package-anywhere", _ => false);

        var failure = await Assert.ThrowsAsync<ServerUnavailableException>(() => Cache(missing).GetAsync(Cancel));
        Assert.StartsWith("Nothing was not found and could not be fetched (", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "): install it with 'sudo apt-get install no-such-package-anywhere', put its programs on PATH, or set Servers=containers.", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_named_in_the_reason()
    {
        var file = Path.Combine(_cache.FullName, "a-file");
        await File.WriteAllTextAsync(file, "", Cancel);
        var cache = new PackageCache(file, Hello, _ => true, _said.Add);

        var failure = await Assert.ThrowsAsync<ServerUnavailableException>(() => cache.GetAsync(Cancel));
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _cache.Delete(recursive: true);

    private PackageCache Cache(ServerPackage package) =>
        new(_cache.FullName, package, root => File.Exists(Path.Combine(root, "usr/bin/hello")), line =>
        {
            lock (_said)
                _said.Add(line);
        });
}
