using System.Xml;

namespace Shop.Product.Catalog;

/// <summary>
/// Detects the format of a picture from its bytes, not from what the sender says. A picture that would exhaust a browser's memory or time is refused.
/// </summary>
public static class ImageFormat
{
    // Shapes, text and paint; nothing that runs, loads or embeds.
    private static readonly HashSet<string> SvgElements =
    [
        "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
        "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "marker", "filter", "feGaussianBlur", "feOffset", "feMerge",
        "feMergeNode", "feBlend", "feColorMatrix", "feFlood", "feComposite", "feDropShadow",
    ];

    /// <summary>The media type; null when it is none that the shop shows, or an SVG that could do more than be seen.</summary>
    public static string? Recognize(ReadOnlyMemory<byte> bytes) => bytes.Span switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => PictureSize.OfPng(bytes.Span).IsWithinLimits ? "image/png" : null,
        [0xFF, 0xD8, 0xFF, ..] => PictureSize.OfJpeg(bytes.Span).IsWithinLimits ? "image/jpeg" : null,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] =>
            PictureSize.OfWebp(bytes.Span).IsWithinLimits ? "image/webp" : null,
        _ => IsHarmlessSvg(bytes) ? "image/svg+xml" : null,
    };

    private static bool IsHarmlessSvg(ReadOnlyMemory<byte> bytes)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 4 << 20 };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes.ToArray()), settings);
            var root = true;
            var weight = new SvgWeight();
            while (reader.Read())
            {
                weight.Add(reader);
                if (!weight.IsWithinLimits)
                    return false;
                if (reader.NodeType == XmlNodeType.ProcessingInstruction)
                    return false;
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                if (reader.NamespaceURI != "http://www.w3.org/2000/svg" || !SvgElements.Contains(reader.LocalName) || !AttributesAreHarmless(reader))
                    return false;
                if (root && reader.LocalName != "svg")
                    return false;
                root = false;
            }
            return !root && weight.IsDrawable();
        }
        catch (XmlException)
        {
            return false;
        }
    }

    private static bool AttributesAreHarmless(XmlReader reader)
    {
        while (reader.MoveToNextAttribute())
        {
            if (reader.Prefix == "xmlns" || reader.Name == "xmlns")
                continue;
            var value = reader.Value;
            var isHandler = reader.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase);
            var leadsOut = reader.LocalName is "href" or "src" && !value.StartsWith('#');
            if (isHandler || leadsOut || !ReferencesStayInside(value))
                return false;
        }
        reader.MoveToElement();
        return true;
    }

    /// <summary>Whether each <c>url(...)</c> of a value is one of a part of the same picture; escapes, which could hide one, are not allowed.</summary>
    private static bool ReferencesStayInside(string value)
    {
        for (var at = 0; (at = value.IndexOf("url(", at, StringComparison.OrdinalIgnoreCase)) >= 0; at += 4)
            if (!value.AsSpan(at + 4).TrimStart(" '\"").StartsWith("#"))
                return false;
        return !value.Contains('\\') && !value.Contains("@import", StringComparison.OrdinalIgnoreCase);
    }
}
