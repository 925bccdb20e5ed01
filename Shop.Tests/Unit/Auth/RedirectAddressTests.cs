using Shop.Auth.OpenIdConnect.Clients;

namespace Shop.Tests.Unit.Auth;

public sealed class RedirectAddressTests
{
    [Theory]
    [InlineData("https://app.example/callback", ApplicationType.Confidential)]
    [InlineData("https://app.example:8443/callback?tenant=1", ApplicationType.Public)]
    [InlineData("http://localhost:3000/callback", ApplicationType.Confidential)]
    [InlineData("http://127.0.0.1/callback", ApplicationType.Public)]
    [InlineData("http://[::1]/callback", ApplicationType.Public)]
    [InlineData("com.example.app:/signed-in", ApplicationType.Public)]
    public void Where_only_the_application_listens_is_taken(string address, ApplicationType type) =>
        Assert.Null(RedirectAddress.Validate(address, type));

    [Theory]
    [InlineData("")]
    [InlineData("/callback")]
    [InlineData("app.example/callback")]
    [InlineData("//app.example/callback")]
    [InlineData("http://app.example/callback")]
    [InlineData("http://localhost.evil.example/callback")]
    [InlineData("http://127.0.0.1.evil.example/callback")]
    [InlineData("https://*.example/callback")]
    [InlineData("https://app.example/*")]
    [InlineData("https://app.example/callback#part")]
    [InlineData("https://app.example/callback#")]
    [InlineData("https://ann:word@app.example/callback")]
    [InlineData("https://app.example@evil.example/callback")]
    [InlineData("https://app.example\\@evil.example/")]
    [InlineData("https://app.example/a/../callback")]
    [InlineData("https://app.example/a/%2E%2e/callback")]
    [InlineData("https://app.example/call back")]
    [InlineData("https://app.example/callback\n")]
    [InlineData("https://äpp.example/callback")]
    [InlineData("https://app.example/callback?code=1")]
    [InlineData("https://app.example/callback?iss=1")]
    [InlineData("https://app.example/callback?STATE=1")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,hello")]
    [InlineData("file:///etc/passwd")]
    [InlineData("blob:https://app.example/1")]
    [InlineData("about:blank")]
    [InlineData("app:/callback")]
    [InlineData("com.example.app:")]
    [InlineData("urn:ietf:wg:oauth:2.0:oob")]
    [InlineData("ftp://app.example/callback")]
    [InlineData("https:///callback")]
    public void Where_others_could_listen_is_refused(string address)
    {
        Assert.NotNull(RedirectAddress.Validate(address, ApplicationType.Confidential));
        Assert.NotNull(RedirectAddress.Validate(address, ApplicationType.Public));
    }

    [Fact]
    public void A_scheme_of_its_own_is_for_public_applications_and_nothing_is_too_long()
    {
        Assert.NotNull(RedirectAddress.Validate("com.example.app:/signed-in", ApplicationType.Confidential));
        Assert.NotNull(RedirectAddress.Validate("https://app.example/" + new string('a', 2000), ApplicationType.Public));
        Assert.NotNull(RedirectAddress.Validate(null, ApplicationType.Public));
    }
}
