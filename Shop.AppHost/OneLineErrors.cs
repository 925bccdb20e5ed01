namespace Shop.AppHost;

/// <summary>Prints errors in settings or on the machine as one line.</summary>
public static class OneLineErrors
{
    /// <summary>Exits with the message of a <see cref="DistributedApplicationException"/>, without its stack trace. Other exceptions stay as they are.</summary>
    public static void Report() => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if ((unhandled.ExceptionObject as Exception)?.GetBaseException() is DistributedApplicationException { Message: var message })
        {
            Console.Error.WriteLine(message);
            Environment.Exit(1);
        }
    };
}
