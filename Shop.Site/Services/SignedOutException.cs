namespace Shop.Site.Services;

/// <summary>The visitor's session has ended, though their cookie does not know it: they sign in again and come back to where they were.</summary>
public sealed class SignedOutException() : Exception("The session has ended.");
