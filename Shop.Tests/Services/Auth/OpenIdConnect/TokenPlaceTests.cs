using System.Net;

namespace Shop.Tests.Services.Auth.OpenIdConnect;

/// <summary>An access token counts in the header, where neither a log nor another site's form has it.</summary>
[Collection<SharedAuth>]
public sealed class TokenPlaceTests(AuthService auth)
{
    [Theory]
    [InlineData("GET", "/me")]
    [InlineData("GET", "/users")]
    [InlineData("GET", "/connect/userinfo")]
    [InlineData("POST", "/connect/userinfo")]
    [InlineData("POST", "/users/00000000-0000-0000-0000-000000000001/lock")]
    [InlineData("DELETE", "/me/sessions")]
    public async Task An_access_token_in_the_address_or_in_a_form_is_none(string method, string path)
    {
        var admin = await Person.AdminAsync(auth);
        var inAddress = await auth.Client.SendAsync(new(new(method), $"{path}?access_token={admin.AccessToken}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, inAddress.StatusCode);
        Assert.NotEmpty(inAddress.Headers.WwwAuthenticate);
        if (method is not "GET")
        {
            var inForm = await auth.Client.SendAsync(new(new(method), path)
            {
                Content = new FormUrlEncodedContent([new("access_token", admin.AccessToken)]),
            }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, inForm.StatusCode);
        }
    }
}
