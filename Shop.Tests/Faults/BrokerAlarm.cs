using System.Diagnostics;
using Shop.Hosting;

namespace Shop.Tests.Faults;

/// <summary>Makes RabbitMQ believe that its memory is full: then it takes no messages from anybody.</summary>
internal static class BrokerAlarm
{
    private const string Full = "0.000001";
    private const string Usual = "0.4";
    private static readonly string[] Needed = ["HOME", "PATH", "LANG", "LD_LIBRARY_PATH", "ERL_EPMD_PORT", "RABBITMQ_NODENAME", "RABBITMQ_CONF_ENV_FILE"];

    /// <summary>Raises the alarm, waits for something, and calls it off.</summary>
    public static async Task DuringAsync(ShopUnderFaults shop, Func<Task> meanwhile)
    {
        var server = (await shop.ProcessesAsync("messaging", 1))[0];
        await ControlAsync(server, "set_vm_memory_high_watermark", Full);
        try
        {
            Assert.Contains("memory", await ControlAsync(server, "eval", "rabbit_alarm:get_alarms()."), StringComparison.Ordinal);
            await meanwhile();
        }
        finally
        {
            await ControlAsync(server, "set_vm_memory_high_watermark", Usual);
        }
    }

    // With the surroundings of the server's own process, which hold its name and where its cookie lies.
    private static async Task<string> ControlAsync(int server, params string[] arguments)
    {
        var software = await new RabbitMQSoftware().LocateAsync(_ => { }, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Path.Combine(Path.GetDirectoryName(software["SCRIPT"])!, "rabbitmqctl"), arguments) { RedirectStandardOutput = true };
        start.Environment.Clear();
        foreach (var variable in (await File.ReadAllTextAsync($"/proc/{server}/environ")).Split('\0'))
        {
            if (variable.Split('=', 2) is [var name, var value] && Needed.Contains(name))
                start.Environment[name] = value;
        }

        using var control = Process.Start(start)!;
        var output = await control.StandardOutput.ReadToEndAsync();
        await control.WaitForExitAsync();
        Assert.True(control.ExitCode == 0, $"rabbitmqctl {string.Join(' ', arguments)}: {output}");
        return output;
    }
}
