using System.Text;

namespace Shop.Product.Catalog.Bulk;

/// <summary>The lines of a body in UTF-8. One that is longer than any should be is cut, whatever its length, so that nobody fills the memory with one.</summary>
internal sealed class BoundedLines(Stream body) : IDisposable
{
    /// <summary>Characters of the longest line that is read.</summary>
    public const int Longest = 64 << 10;

    private readonly StreamReader _reader = new(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), detectEncodingFromByteOrderMarks: true, leaveOpen: true);
    private readonly char[] _buffer = new char[16 << 10];
    private int _next;
    private int _end;

    /// <inheritdoc />
    public void Dispose() => _reader.Dispose();

    /// <summary>The next line without its end; null after the last one.</summary>
    public async ValueTask<(string Text, bool IsTooLong)?> ReadAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var (isTooLong, isThere) = (false, false);
        while (true)
        {
            if (_next == _end)
            {
                (_next, _end) = (0, await _reader.ReadAsync(_buffer, cancellationToken));
                if (_end == 0)
                    return isThere ? (line.ToString().TrimEnd('\r'), isTooLong) : null;
            }
            isThere = true;
            var rest = _buffer.AsSpan(_next, _end - _next);
            var length = rest.IndexOf('\n');
            var part = length < 0 ? rest : rest[..length];
            if (line.Length + part.Length > Longest)
                isTooLong = true;
            else
                line.Append(part);
            _next += length < 0 ? part.Length : length + 1;
            if (length >= 0)
                return (line.ToString().TrimEnd('\r'), isTooLong);
        }
    }
}
