using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>On an endpoint: it handles repeated parameters and form fields itself.</summary>
public sealed class RepeatsAllowed;

/// <summary>
/// How query strings are read, the same at every endpoint: a parameter comes once, unless the endpoint takes a list; one without a value is not there; a
/// number is written as programs write it; and no text has a NUL character, which the database cannot store.
/// </summary>
internal static partial class QueryRules
{
    private static readonly ConditionalWeakTable<Endpoint, Dictionary<string, Parameter>> Known = [];

    private static readonly HashSet<Type> Numbers =
        [typeof(decimal), typeof(double), typeof(float), typeof(int), typeof(long), typeof(short), typeof(byte), typeof(uint), typeof(ulong), typeof(ushort)];

    /// <summary>Comes after routing.</summary>
    public static void UseQueryRules(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true)
            throw new ProblemException(Problems.Malformed("A value contains a NUL character."));
        if (context.Request.QueryString.HasValue && context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<RepeatsAllowed>() is null)
            Apply(context.Request, Known.GetValue(endpoint, Parameters));
        return next(context);
    });

    /// <exception cref="ProblemException">400: names what is wrong.</exception>
    private static void Apply(HttpRequest request, Dictionary<string, Parameter> parameters)
    {
        var errors = new Dictionary<string, string[]>();
        var given = new Dictionary<string, StringValues>(StringComparer.OrdinalIgnoreCase);
        var all = request.Query;
        foreach (var (key, values) in all)
        {
            var known = parameters.GetValueOrDefault(key);
            if (values.Count > 1 && known is not { IsList: true })
                errors[known?.Name ?? key] = ["Must be given once."];
            else if (known is { IsNumber: true } && values.Any(value => !string.IsNullOrWhiteSpace(value) && !PlainNumber().IsMatch(value)))
                errors[known.Name] = ["Must be a number such as 10 or 10.50."];
            else if (!values.All(string.IsNullOrWhiteSpace))
                given[key] = values;
        }
        if (errors.Count > 0)
            throw new ProblemException(Problems.Validation(errors));
        if (given.Count < all.Count)
            request.Query = new QueryCollection(given);
    }

    private static Dictionary<string, Parameter> Parameters(Endpoint endpoint)
    {
        var parameters = new Dictionary<string, Parameter>(StringComparer.OrdinalIgnoreCase);
        foreach (var binding in endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>())
        {
            var type = binding.ParameterInfo.ParameterType;
            var named = binding.ParameterInfo.GetCustomAttributes(inherit: true).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name;
            var name = named ?? JsonNamingPolicy.CamelCase.ConvertName(binding.Name);
            parameters[name] = new(name, type.IsArray || type == typeof(StringValues), Numbers.Contains(Nullable.GetUnderlyingType(type) ?? type));
        }
        return parameters;
    }

    private sealed record Parameter(string Name, bool IsList, bool IsNumber);

    // Not \d, which knows the digits of all scripts; and no exponent, sign before a positive number, or separator but the point.
    [GeneratedRegex(@"^-?[0-9]+(\.[0-9]+)?\z")]
    private static partial Regex PlainNumber();
}
