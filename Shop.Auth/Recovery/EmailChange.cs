using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Auth.Audit;
using Shop.Auth.Mail;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Recovery;

/// <summary>What became of the wish for another address.</summary>
internal enum AddressWish
{
    Done,
    WrongPassword,
    Taken,

    /// <summary>So many mails were sent for the account that there shall be no more now.</summary>
    TooMany,
}

/// <summary>Changes the address of an account, or confirms the one that it has: a mail that went there has to be answered first.</summary>
internal sealed class EmailChange(AuthDb db, MailedLinks links, Letters letters, MailSignal mail, OwnAccount own, Change change)
{
    /// <summary>Writes to the address, cleaned and without fault, and tells the present one.</summary>
    public async Task<AddressWish> AskAsync(Guid id, string email, string password, CancellationToken cancel)
    {
        if (await own.VerifiedAsync(id, password, cancel) is not { } user)
        {
            return await change.MakeAsync(() => Task.FromResult((AddressWish.WrongPassword, Record("email.ask", AuditEvent.Failed, id, "The password was wrong."))), cancel);
        }
        var same = EmailAddress.Normalize(email) == user.NormalizedEmail;
        if (!same && await db.Users.FindByEmailAsync(email, cancel) is { } other && other.Id != id)
        {
            return AddressWish.Taken;
        }
        var outcome = await change.MakeAsync(async () =>
        {
            if (await links.AreManyAsync(id, cancel))
            {
                return (AddressWish.TooMany, null);
            }
            letters.ConfirmChange(user, email);
            if (!same)
            {
                letters.ChangeAsked(user);
            }
            return (AddressWish.Done, Record("email.ask", AuditEvent.Ok, id));
        }, cancel);
        mail.Raise();
        return outcome;
    }

    /// <summary>Makes the address that the link was mailed to the account's, confirmed.</summary>
    public async Task<LinkUse> ConfirmAsync(string token, CancellationToken cancel)
    {
        if (await links.FindAsync(token, LinkPurpose.Confirm, cancel) is not { } link)
        {
            return LinkUse.NotGood;
        }
        var normalized = EmailAddress.Normalize(link.Email);
        try
        {
            var outcome = await change.MakeAsync(() => ConfirmAsync(link, normalized, cancel), cancel);
            mail.Raise();
            return outcome;
        }
        catch (PostgresException taken) when (taken.SqlState is PostgresErrorCodes.UniqueViolation)
        {
            return LinkUse.Taken;
        }
    }

    private async Task<(LinkUse, AuditEvent?)> ConfirmAsync(MailedLink link, string normalized, CancellationToken cancel)
    {
        if (!await links.TakeAsync(link, cancel) || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == link.UserId, cancel) is not { } user)
        {
            return (LinkUse.NotGood, null);
        }
        // An account that is found only as it was registered stays so: its address in the one form is another account's.
        var changes = link.Email != user.Email;
        if (changes)
        {
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set
                .SetProperty(u => u.Email, link.Email).SetProperty(u => u.UserName, link.Email)
                .SetProperty(u => u.NormalizedEmail, normalized).SetProperty(u => u.NormalizedUserName, normalized), cancel);
            await links.EndAllAsync(user.Id, link.Email, cancel);
            letters.Changed(user.Email!);
        }
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.EmailConfirmed, true), cancel);
        return (LinkUse.Done, new AuditEvent(changes ? "email.change" : "email.confirm", AuditEvent.Ok, user.Id.ToString())
        {
            Actor = user.Id,
            ActorEmail = normalized,
        });
    }

    // The type says that there may be none, which the compiler cannot see in a tuple.
    private static AuditEvent? Record(string action, string outcome, Guid user, string? detail = null) => new(action, outcome, user.ToString(), detail);
}
