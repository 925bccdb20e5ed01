namespace Aspire.Hosting.ApplicationModel;

/// <summary>A command that can be given to a resource.</summary>
public sealed class ResourceCommandAnnotation(
    string name, string displayName,
    Func<UpdateCommandStateContext, ResourceCommandState> updateState,
    Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
    string? displayDescription, object? parameter, string? confirmationMessage,
    string? iconName, IconVariant? iconVariant, bool isHighlighted) : IResourceAnnotation
{
    /// <summary>Its name, unique for the resource.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>What it is called on a screen.</summary>
    public string DisplayName { get; } = displayName ?? throw new ArgumentNullException(nameof(displayName));

    /// <summary>Says whether it can be given at the moment.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; } =
        updateState ?? throw new ArgumentNullException(nameof(updateState));

    /// <summary>Does it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; } =
        executeCommand ?? throw new ArgumentNullException(nameof(executeCommand));

    /// <summary>What it does, in words; null for nothing.</summary>
    public string? DisplayDescription { get; } = displayDescription;

    /// <summary>A value that a screen may use with it; null for none.</summary>
    public object? Parameter { get; } = parameter;

    /// <summary>What to ask before it is done; null to ask nothing.</summary>
    public string? ConfirmationMessage { get; } = confirmationMessage;

    /// <summary>The name of its icon; null for none.</summary>
    public string? IconName { get; } = iconName;

    /// <summary>How the icon is drawn; null for the usual way.</summary>
    public IconVariant? IconVariant { get; } = iconVariant;

    /// <summary>Whether a screen shows it before others.</summary>
    public bool IsHighlighted { get; } = isHighlighted;
}

/// <summary>What a command may say about itself.</summary>
public class CommandOptions
{
    internal static CommandOptions Default { get; } = new();

    /// <summary>What it does, in words; null for nothing.</summary>
    public string? Description { get; set; }

    /// <summary>A value that a screen may use with it; null for none.</summary>
    public object? Parameter { get; set; }

    /// <summary>What to ask before it is done; null to ask nothing.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>The name of its icon; null for none.</summary>
    public string? IconName { get; set; }

    /// <summary>How the icon is drawn; null for the usual way.</summary>
    public IconVariant? IconVariant { get; set; }

    /// <summary>Whether a screen shows it before others.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Says whether it can be given at the moment; null for always.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>What a command needs to say whether it can be given.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>The resource at the moment.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The services of the application.</summary>
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>What a command needs to be done.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The services of the application.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The id of the resource; each replica has its own.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Cancelled when nobody waits for it any more.</summary>
    public required CancellationToken CancellationToken { get; init; }
}

/// <summary>How a command ended.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it was done.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it was given up.</summary>
    public bool Canceled { get; init; }

    /// <summary>Why it was not done; null when it was.</summary>
    public string? ErrorMessage { get; init; }
}

/// <summary>The ways in which a command ends.</summary>
public static class CommandResults
{
    /// <summary>It was done.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It was not done.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, ErrorMessage = errorMessage };

    /// <summary>It was not done.</summary>
    public static ExecuteCommandResult Failure(Exception exception) => Failure(exception.Message);

    /// <summary>It was given up.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}
