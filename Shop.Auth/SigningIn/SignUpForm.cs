using Shop.Auth.Users;

namespace Shop.Auth.SigningIn;

/// <summary>What a newcomer filled in, and what is wrong with it; a fault is null where nothing is.</summary>
public sealed record SignUpForm
{
    /// <summary>What is wrong with the whole.</summary>
    public string? Fault { get; init; }

    /// <summary>The address to sign in with.</summary>
    public string Email { get; init; } = "";

    public string? EmailFault { get; init; }

    /// <summary>Null when left empty.</summary>
    public string? DisplayName { get; init; }

    public string? DisplayNameFault { get; init; }

    /// <summary>Never shown again.</summary>
    public string Password { get; init; } = "";

    public string? PasswordFault { get; init; }

    internal bool HasFaults => (EmailFault ?? DisplayNameFault ?? PasswordFault) is not null;

    internal static SignUpForm From(IFormCollection form)
    {
        var (email, password, name) = (EmailAddress.Clean(form["email"].ToString()), form["password"].ToString(), Users.DisplayName.Clean(form["displayName"].ToString()));
        return new()
        {
            Email = email,
            EmailFault = EmailAddress.Fault(email),
            DisplayName = name.Length == 0 ? null : name,
            DisplayNameFault = name.Length == 0 ? null : Users.DisplayName.Fault(name),
            Password = password,
            PasswordFault = Users.Password.Fault(password, email, name),
        };
    }
}
