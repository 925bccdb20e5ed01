using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Bench;

/// <summary>All figures of a run, with what one has to know of the machine.</summary>
internal sealed record Report(
    DateTimeOffset StartedAt, DateTimeOffset EndedAt, int Cores, string Runtime, string System, string Configuration, bool Quick,
    string LoadBefore, IReadOnlyList<Figure> Figures)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The configuration of this build.</summary>
    public static string BuiltAs { get; } =
        typeof(Report).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown";

    /// <summary>The load of the machine, as <c>uptime</c> says it: what ran there before we came.</summary>
    public static string CurrentLoad =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    public static Report Of(DateTimeOffset startedAt, string loadBefore, bool quick, IReadOnlyList<Figure> figures) => new(
        startedAt, DateTimeOffset.UtcNow, Environment.ProcessorCount, RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription, BuiltAs, quick, loadBefore, figures);

    public string ToJson() => JsonSerializer.Serialize(this, Indented);

    public string ToMarkdown()
    {
        var lines = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture,
                $"{StartedAt:u} to {EndedAt:u}, {Cores} cores, {Runtime}, {System}, {Configuration}, load before: {LoadBefore}{(Quick ? ", quick: no figures" : "")}"),
            "",
            Figure.Header,
        };
        lines.AddRange(Figures.Select(figure => figure.ToMarkdown()));
        if (Figures.Any(figure => figure.Cpu is not null))
        {
            lines.AddRange(["", CpuUse.Header]);
            lines.AddRange(Figures.Where(figure => figure.Cpu is not null).Select(figure => figure.Cpu!.ToMarkdown(figure.Name)));
        }
        if (Figures.Any(figure => figure.Note is not null))
        {
            lines.Add("");
            lines.AddRange(Figures.Where(figure => figure.Note is not null).Select(figure => $"- {figure.Name}: {figure.Note}"));
        }
        return string.Join('\n', lines);
    }
}
