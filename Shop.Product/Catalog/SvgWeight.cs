using System.Xml;

namespace Shop.Product.Catalog;

/// <summary>
/// How much a browser has to draw for an SVG: an element that is referred to (<c>href="#a"</c>, <c>url(#a)</c>) is drawn again for each reference, and what
/// it refers to in turn, so that a few lines can mean thousands of millions of shapes.
/// </summary>
internal sealed class SvgWeight
{
    private const int MostElements = 20_000;
    private const int MostDrawn = 100_000;
    private const int Deepest = 64;

    private readonly Part _picture = new();
    private readonly Stack<Part> _open = [];
    private readonly Dictionary<string, Part> _named = new(StringComparer.Ordinal);
    private int _elements;

    public SvgWeight() => _open.Push(_picture);

    /// <summary>Whether it is within the limits as far as it has been read.</summary>
    public bool IsWithinLimits => _elements <= MostElements && _open.Count <= Deepest;

    /// <summary>Counts the node that the reader stands on.</summary>
    public void Add(XmlReader reader)
    {
        if (reader.NodeType is XmlNodeType.EndElement)
            _open.Pop();
        if (reader.NodeType is not XmlNodeType.Element)
            return;
        _elements++;
        var part = new Part();
        _open.Peek().Parts.Add(part);
        var isEmpty = reader.IsEmptyElement;
        while (reader.MoveToNextAttribute())
        {
            if (reader.LocalName is "id")
                _named[reader.Value] = part;
            else if (reader.LocalName is "href" && reader.Value is ['#', .. var name])
                part.Names.Add(name);
            else
                AddReferences(part, reader.Value);
        }
        reader.MoveToElement();
        if (!isEmpty)
            _open.Push(part);
    }

    /// <summary>Whether what is to be drawn is within the limits, every reference followed; one that leads back to itself never is.</summary>
    public bool IsDrawable() => Drawn(_picture, 0) is <= MostDrawn;

    private long Drawn(Part part, int depth)
    {
        const long TooMuch = long.MaxValue / 4;
        if (part.Drawn is { } known)
            return known;
        if (part.IsBeingCounted || depth > 4 * Deepest)
            return TooMuch;
        part.IsBeingCounted = true;
        long drawn = 1;
        foreach (var inner in part.Parts.Concat(part.Names.Select(name => _named.GetValueOrDefault(name)).OfType<Part>()))
            drawn = Math.Min(TooMuch, drawn + Drawn(inner, depth + 1));
        part.IsBeingCounted = false;
        part.Drawn = drawn;
        return drawn;
    }

    private static void AddReferences(Part part, string value)
    {
        for (var at = 0; (at = value.IndexOf("url(", at, StringComparison.OrdinalIgnoreCase)) >= 0;)
        {
            at += 4;
            var end = value.IndexOf(')', at);
            part.Names.Add(value[at..(end < 0 ? value.Length : end)].Trim(' ', '\'', '"', '#'));
        }
    }

    private sealed class Part
    {
        public List<Part> Parts { get; } = [];

        public List<string> Names { get; } = [];

        public bool IsBeingCounted { get; set; }

        public long? Drawn { get; set; }
    }
}
