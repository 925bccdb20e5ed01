using System.Buffers.Binary;

namespace Shop.Product.Catalog;

/// <summary>
/// How large a picture says it is, before anybody decodes it: a small file may hold a picture that takes gigabytes. A file whose header cannot be read has
/// no size: no browser shows it, so it takes nothing.
/// </summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
internal readonly record struct PictureSize(uint Width, uint Height)
{
    private const uint LongestSide = 8192;

    // As cameras make them; 160 MB when decoded.
    private const ulong MostPixels = 40_000_000;

    /// <summary>Whether a browser can show it without noticing.</summary>
    public bool IsWithinLimits => Width <= LongestSide && Height <= LongestSide && (ulong)Width * Height <= MostPixels;

    /// <summary>By the header chunk, which is the first, after eight bytes of signature.</summary>
    public static PictureSize OfPng(ReadOnlySpan<byte> file) => file.Length >= 24 && file[12..16].SequenceEqual("IHDR"u8)
        ? new(BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..]))
        : default;

    /// <summary>By the largest of its frame headers: segments are gone through until the picture's data begins.</summary>
    public static PictureSize OfJpeg(ReadOnlySpan<byte> file)
    {
        var size = default(PictureSize);
        for (var at = 2; at + 9 <= file.Length;)
        {
            if (file[at] != 0xFF)
                return size;
            var marker = file[at + 1];
            // Fill bytes, and markers that stand alone.
            if (marker is 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += marker is 0xFF ? 1 : 2;
                continue;
            }
            // Start of scan, end of image.
            if (marker is 0xDA or 0xD9)
                return size;
            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
            {
                var frame = new PictureSize(BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]));
                size = new(Math.Max(size.Width, frame.Width), Math.Max(size.Height, frame.Height));
            }
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }
        return size;
    }

    /// <summary>By the first chunk, of which there are three kinds: lossy, lossless and extended.</summary>
    public static PictureSize OfWebp(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30)
            return default;
        var chunk = file[12..16];
        if (chunk.SequenceEqual("VP8X"u8))
            return new(1 + UInt24(file[24..]), 1 + UInt24(file[27..]));
        if (chunk.SequenceEqual("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..]);
            return new(1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF));
        }
        return chunk.SequenceEqual("VP8 "u8)
            ? new(BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3FFFu, BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3FFFu)
            : default;
    }

    private static uint UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | ((uint)bytes[1] << 8) | ((uint)bytes[2] << 16);
}
