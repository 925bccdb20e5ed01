using Microsoft.Extensions.Localization;
using Shop.Auth.Accounts.Mail;
using Shop.Ui;

namespace Shop.Auth.Accounts;

/// <summary>Where links in mails lead: the configured address, never the Host header of a request.</summary>
internal sealed record PublicAddress(Uri Value);

/// <summary>The mails about an account, in the language of whoever caused them. Each is added to the context, which the caller saves.</summary>
internal sealed class AccountMails(MailQueue mail, MailedLinks links, PublicAddress own, IStringLocalizer<Texts> texts)
{
    public const string ResetPage = "/reset-password";
    public const string ConfirmPage = "/confirm-email";
    public const string ForgotPage = "/forgot-password";

    public void ResetPassword(User user) => Add(
        user.Email!, texts["A new password for your account at Shop"],
        texts["Somebody, you we hope, forgot the password of the account with this address."],
        $"""
        {texts["Choose a new one here, within {0} minutes:", Minutes]}
        {Link(ResetPage, links.Issue(user, LinkPurpose.Reset, user.Email!))}
        """,
        texts["If it was not you, do nothing: your password stays as it is."]);

    /// <summary>To the address that a new account was registered with.</summary>
    public void Confirm(User user) => Add(
        user.Email!, texts["Confirm your address at Shop"],
        $"""
        {texts["There is an account at Shop with this address. Confirm that it is yours, within {0} minutes:", Minutes]}
        {Link(ConfirmPage, links.Issue(user, LinkPurpose.Confirm, user.Email!))}
        """,
        $"""
        {texts["If you made no account, take it over, and nobody else has it any more:"]}
        {Page(ForgotPage)}
        """);

    /// <summary>To the new address.</summary>
    public void ConfirmChange(User user, string email) => Add(
        email, texts["Confirm your new address at Shop"],
        $"""
        {texts["Somebody, you we hope, wants this to be the address of their account at Shop. Confirm it within {0} minutes:", Minutes]}
        {Link(ConfirmPage, links.Issue(user, LinkPurpose.Confirm, email))}
        """,
        texts["If it was not you, do nothing."]);

    /// <summary>To the old address, when a change is requested.</summary>
    public void ChangeRequested(User user) => Add(
        user.Email!, texts["Your address at Shop is to be changed"],
        texts["Somebody, you we hope, wants another address for your account at Shop. It counts when they have answered the mail that went there."],
        $"""
        {texts["If it was not you, somebody knows your password. Choose a new one, and the change is called off:"]}
        {Page(ForgotPage)}
        """);

    /// <summary>To the old address, when the change is made.</summary>
    public void Changed(string former) => Add(
        former, texts["Your address at Shop was changed"],
        texts["Your account at Shop has another address now, and this one no account."],
        texts["If it was not you, write to us."]);

    /// <summary>After the password was reset through a link.</summary>
    public void PasswordReset(User user) => Add(
        user.Email!, texts["Your password at Shop was changed"],
        texts["Your account at Shop has a new password, and you are signed out everywhere."],
        $"""
        {texts["If it was not you, somebody reads your mail. When they cannot any more, choose a new one:"]}
        {Page(ForgotPage)}
        """);

    private static int Minutes => (int)MailedLinks.Lifetime.TotalMinutes;

    private void Add(string recipient, string subject, params string[] paragraphs) => mail.Add(recipient, subject, string.Join("\n\n", paragraphs));

    private string Link(string page, string token) => Page(page) + "?token=" + token;

    private string Page(string page) => own.Value.AbsoluteUri.TrimEnd('/') + page;
}
