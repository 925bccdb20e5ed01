namespace Shop.Product.Orders;

/// <summary>Keeps card numbers out: one that a client sends by mistake is refused before it reaches a log, a table or a queue.</summary>
public static class CardNumber
{
    /// <summary>Whether the text is 13 to 19 digits, perhaps in groups, whose check digit (Luhn) is right.</summary>
    public static bool LooksLikeOne(string text)
    {
        int digits = 0, sum = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] is ' ' or '-' or '.')
                continue;
            if (!char.IsAsciiDigit(text[i]))
                return false;
            var digit = text[i] - '0';
            if (++digits % 2 == 0 && (digit *= 2) > 9)
                digit -= 9;
            sum += digit;
        }
        return digits is >= 13 and <= 19 && sum % 10 == 0;
    }
}
