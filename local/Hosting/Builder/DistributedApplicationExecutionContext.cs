namespace Aspire.Hosting;

/// <summary>What the application is doing.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>It runs.</summary>
    Run,

    /// <summary>It is published. Only the official backend does that.</summary>
    Publish,
}

/// <summary>What the application is doing, for those who declare resources.</summary>
public class DistributedApplicationExecutionContext
{
    private readonly DistributedApplicationExecutionContextOptions? _options;

    /// <summary>A context for that operation.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation) : this(operation, "manifest") { }

    /// <summary>A context for that operation and publisher.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation, string publisherName)
    {
        Operation = operation;
        PublisherName = publisherName;
    }

    /// <summary>A context with those options.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationExecutionContextOptions options)
        : this(options.Operation, options.PublisherName ?? "manifest") => _options = options;

    /// <summary>The operation.</summary>
    public DistributedApplicationOperation Operation { get; }

    /// <summary>The publisher, of no use when the application runs.</summary>
    public string PublisherName { get; set; }

    /// <summary>Whether it is published.</summary>
    public bool IsPublishMode => Operation is DistributedApplicationOperation.Publish;

    /// <summary>Whether it runs.</summary>
    public bool IsRunMode => Operation is DistributedApplicationOperation.Run;

    /// <summary>The services of the application.</summary>
    /// <exception cref="InvalidOperationException">It has not been built yet.</exception>
    public IServiceProvider ServiceProvider => _options?.ServiceProvider
        ?? throw new InvalidOperationException("IServiceProvider is not available because the application has not been built.");
}

/// <summary>What a <see cref="DistributedApplicationExecutionContext"/> is made of.</summary>
public class DistributedApplicationExecutionContextOptions
{
    /// <summary>Options for that operation.</summary>
    public DistributedApplicationExecutionContextOptions(DistributedApplicationOperation operation) => Operation = operation;

    /// <summary>Options for that operation and publisher.</summary>
    public DistributedApplicationExecutionContextOptions(DistributedApplicationOperation operation, string publisherName)
        : this(operation) => PublisherName = publisherName;

    /// <summary>The operation.</summary>
    public DistributedApplicationOperation Operation { get; }

    /// <summary>The publisher; null for the manifest.</summary>
    public string? PublisherName { get; }

    /// <summary>The services of the application; null until it has been built.</summary>
    public IServiceProvider? ServiceProvider { get; set; }
}
