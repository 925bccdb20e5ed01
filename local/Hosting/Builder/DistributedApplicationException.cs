namespace Aspire.Hosting;

/// <summary>The application is declared wrong, or a part of it failed.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public DistributedApplicationException() { }

    /// <summary>Makes one that says what is wrong.</summary>
    public DistributedApplicationException(string message) : base(message) { }

    /// <summary>Makes one that says what is wrong, and what it comes from.</summary>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A parameter has no value.</summary>
#pragma warning disable CA1032 // the constructors are Aspire's
public class MissingParameterValueException : DistributedApplicationException
#pragma warning restore CA1032
{
    /// <summary>Makes one that says which.</summary>
    public MissingParameterValueException(string message) : base(message) { }

    /// <summary>Makes one that says which, and what it comes from.</summary>
    public MissingParameterValueException(string message, Exception? innerException) : base(message, innerException!) { }
}
