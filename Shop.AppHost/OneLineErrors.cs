namespace Shop.AppHost;

/// <summary>What is wrong with a setting or with the machine, said in one line.</summary>
public static class OneLineErrors
{
    /// <summary>Ends the program with the message of an exception that says all there is to say, and leaves others as they are.</summary>
    public static void Report() => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if ((unhandled.ExceptionObject as Exception)?.GetBaseException() is DistributedApplicationException { Message: var message })
        {
            Console.Error.WriteLine(message);
            Environment.Exit(1);
        }
    };
}
