using Shop.Auth.Accounts.Mail;

namespace Shop.Auth.Accounts;

/// <summary>Where links in mails lead: the configured address, never the Host header of a request.</summary>
internal sealed record PublicAddress(Uri Value);

/// <summary>The mails about an account. Each is added to the context, which the caller saves.</summary>
internal sealed class AccountMails(MailQueue mail, MailedLinks links, PublicAddress own)
{
    public const string ResetPage = "/reset-password";
    public const string ConfirmPage = "/confirm-email";
    public const string ForgotPage = "/forgot-password";

    public void ResetPassword(User user) => mail.Add(user.Email!, "A new password for your account at Shop", $"""
        Somebody, you we hope, forgot the password of the account with this address.

        Choose a new one here, within {Minutes} minutes:
        {Link(ResetPage, links.Issue(user, LinkPurpose.Reset, user.Email!))}

        If it was not you, do nothing: your password stays as it is.
        """);

    /// <summary>To the address that a new account was registered with.</summary>
    public void Confirm(User user) => mail.Add(user.Email!, "Confirm your address at Shop", $"""
        There is an account at Shop with this address. Confirm that it is yours, within {Minutes} minutes:
        {Link(ConfirmPage, links.Issue(user, LinkPurpose.Confirm, user.Email!))}

        If you made no account, take it over, and nobody else has it any more:
        {Page(ForgotPage)}
        """);

    /// <summary>To the new address.</summary>
    public void ConfirmChange(User user, string email) => mail.Add(email, "Confirm your new address at Shop", $"""
        Somebody, you we hope, wants this to be the address of their account at Shop. Confirm it within {Minutes} minutes:
        {Link(ConfirmPage, links.Issue(user, LinkPurpose.Confirm, email))}

        If it was not you, do nothing.
        """);

    /// <summary>To the old address, when a change is requested.</summary>
    public void ChangeRequested(User user) => mail.Add(user.Email!, "Your address at Shop is to be changed", $"""
        Somebody, you we hope, wants another address for your account at Shop. It counts when they have answered the mail that went there.

        If it was not you, somebody knows your password. Choose a new one, and the change is called off:
        {Page(ForgotPage)}
        """);

    /// <summary>To the old address, when the change is made.</summary>
    public void Changed(string former) => mail.Add(former, "Your address at Shop was changed", """
        Your account at Shop has another address now, and this one no account.

        If it was not you, write to us.
        """);

    /// <summary>After the password was reset through a link.</summary>
    public void PasswordReset(User user) => mail.Add(user.Email!, "Your password at Shop was changed", $"""
        Your account at Shop has a new password, and you are signed out everywhere.

        If it was not you, somebody reads your mail. When they cannot any more, choose a new one:
        {Page(ForgotPage)}
        """);

    private static int Minutes => (int)MailedLinks.Lifetime.TotalMinutes;

    private string Link(string page, string token) => Page(page) + "?token=" + token;

    private string Page(string page) => own.Value.AbsoluteUri.TrimEnd('/') + page;
}
