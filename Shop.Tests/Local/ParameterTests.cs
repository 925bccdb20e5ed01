using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Local;

public sealed class ParameterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_in_the_configuration_goes_before_the_one_in_the_declaration()
    {
        var builder = AppModel.Builder("--Parameters:admin-email=given@shop.test");
        Assert.Equal("given@shop.test", await builder.AddParameter("admin-email", "admin@shop.test").Resource.GetValueAsync(Token));
    }

    [Fact]
    public async Task A_name_with_hyphens_can_be_given_with_underscores_as_a_shell_wants_them()
    {
        var builder = AppModel.Builder("--Parameters:admin_email=given@shop.test");
        Assert.Equal("given@shop.test", await builder.AddParameter("admin-email").Resource.GetValueAsync(Token));
    }

    [Fact]
    public async Task A_parameter_without_a_value_says_which_key_to_set()
    {
        var parameter = AppModel.Builder().AddParameter("admin-email").Resource;
        var missing = await Assert.ThrowsAsync<MissingParameterValueException>(async () => await parameter.GetValueAsync(Token));
        Assert.Contains("'Parameters:admin-email'", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generated_value_is_made_once()
    {
        var parameter = AppModel.Builder().AddParameter("password", new GenerateParameterDefault { MinLength = 22 }, secret: true).Resource;
        var value = await parameter.GetValueAsync(Token);

        Assert.Equal(22, value!.Length);
        Assert.Equal(value, await parameter.GetValueAsync(Token));
    }

    [Fact]
    public void A_generated_value_has_the_characters_that_are_asked_for_and_no_others()
    {
        var value = new GenerateParameterDefault { MinLength = 30, Special = false, Upper = false, MinNumeric = 10 }.GetDefaultValue();

        Assert.Equal(30, value.Length);
        Assert.All(value, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
        Assert.InRange(value.Count(char.IsAsciiDigit), 10, 30);
    }

    [Fact]
    public void A_generated_value_of_no_characters_at_all_is_an_error() => Assert.Throws<ArgumentException>(
        () => new GenerateParameterDefault { MinLength = 5, Lower = false, Upper = false, Numeric = false, Special = false }.GetDefaultValue());

    [Fact]
    public void A_secret_cannot_be_published_as_a_default() =>
        Assert.Throws<ArgumentException>(() => AppModel.Builder().AddParameter("key", "value", publishValueAsDefault: true, secret: true));

    [Fact]
    public void A_kept_secret_is_the_same_at_the_next_run_and_only_its_owner_can_read_it()
    {
        var directory = Directory.CreateTempSubdirectory("shop-secrets-");
        try
        {
            var path = Path.Combine(directory.FullName, "id", "secrets.json");
            Assert.Equal("first", new UserSecrets(path).GetOrSet("Parameters:a", "first"));
            Assert.Equal("other", new UserSecrets(path).GetOrSet("Parameters:b", "other"));
            Assert.Equal("first", new UserSecrets(path).GetOrSet("Parameters:a", "second"));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
