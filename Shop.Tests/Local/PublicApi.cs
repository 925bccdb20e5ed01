using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Shop.Tests.Local;

/// <summary>Writes the public API of an assembly in the notation of local/aspire-api.txt: a documentation ID and what it does not say.</summary>
internal static class PublicApi
{
    private static readonly SymbolDisplayFormat FullNames = SymbolDisplayFormat.FullyQualifiedFormat
        .WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>Every visible type and member of the assembly: documentation ID and shape.</summary>
    public static IEnumerable<(string Id, string Shape)> Of(System.Reflection.Assembly assembly)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var subject = MetadataReference.CreateFromFile(assembly.Location);
        var compilation = CSharpCompilation.Create("api",
            references: [subject, .. platform.Where(path => path != assembly.Location).Select(path => MetadataReference.CreateFromFile(path))]);
        var symbol = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(subject)!;
        return Types(symbol.GlobalNamespace).SelectMany(type => Members(type).Prepend(type))
            .Select(member => (member.GetDocumentationCommentId()!, Shape(member)));
    }

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol container) =>
        container.GetMembers().OfType<INamespaceOrTypeSymbol>().SelectMany(member => member switch
        {
            INamedTypeSymbol type when !IsVisible(type) => [],
            INamedTypeSymbol type => Types(type).Prepend(type),
            _ => Types(member),
        });

    // An override adds nothing that a caller can name.
    private static IEnumerable<ISymbol> Members(INamedTypeSymbol type) =>
        type.GetMembers().Where(member =>
            member is not INamedTypeSymbol && IsVisible(member) && !member.IsOverride
            && member is not IMethodSymbol { AssociatedSymbol: not null }
            && !(type.TypeKind == TypeKind.Enum && member is IMethodSymbol)
            && !(type.IsValueType && member is IMethodSymbol { MethodKind: MethodKind.Constructor, IsImplicitlyDeclared: true }));

    private static bool IsVisible(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    private static string Shape(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol type => Shape(type),
        IMethodSymbol method => Shape(method),
        IPropertySymbol property => Name(property.Type) + Accessors(property),
        IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum } value =>
            string.Create(CultureInfo.InvariantCulture, $"{Name(value.Type)} = {value.ConstantValue}"),
        IFieldSymbol field => Name(field.Type),
        IEventSymbol @event => Name(@event.Type),
        _ => throw new NotSupportedException($"A {symbol.Kind} has no notation."),
    };

    private static string Shape(INamedTypeSymbol type)
    {
        var kind = type switch
        {
            { IsStatic: true } => "static class",
            { TypeKind: TypeKind.Class } => $"{(type.IsSealed ? "sealed " : type.IsAbstract ? "abstract " : "")}{(type.IsRecord ? "record " : "")}class",
            _ => type.TypeKind.ToString().ToLowerInvariant(),
        };
        INamedTypeSymbol[] ownBase = type.TypeKind == TypeKind.Class && type.BaseType is { SpecialType: not SpecialType.System_Object } parent ? [parent] : [];
        string[] bases = [.. ownBase.Concat(type.Interfaces.Where(IsVisible)).Select(Name)];
        return bases is [] ? kind : $"{kind} : {string.Join(", ", bases)}";
    }

    private static string Shape(IMethodSymbol method)
    {
        var defaults = method.Parameters.Where(parameter => parameter.IsParams || parameter.HasExplicitDefaultValue).Select(parameter =>
            parameter.IsParams ? $"params {parameter.Name}" : $"{parameter.Name}={Literal(parameter.ExplicitDefaultValue)}").ToArray();
        return $"-> {Name(method.ReturnType)} ({string.Join(", ", method.Parameters.Select(parameter => parameter.Name))})"
            + (defaults is [] ? "" : $" defaults[{string.Join(", ", defaults)}]")
            + (method.IsExtensionMethod ? " extension" : "")
            + string.Concat(method.TypeParameters.Select(Constraints));
    }

    private static string Literal(object? value) => value is null ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static string Constraints(ITypeParameterSymbol parameter)
    {
        List<string> constraints = [.. parameter.ConstraintTypes.Select(Name)];
        if (parameter.HasReferenceTypeConstraint)
            constraints.Insert(0, "class");
        if (parameter.HasValueTypeConstraint)
            constraints.Insert(0, "struct");
        if (parameter.HasConstructorConstraint)
            constraints.Add("new()");
        return constraints is [] ? "" : $" where {parameter.Name}: {string.Join(",", constraints)}";
    }

    private static string Accessors(IPropertySymbol property)
    {
        var get = property.GetMethod is { } getter && IsVisible(getter) ? " get" : "";
        var set = property.SetMethod is { } setter && IsVisible(setter) ? setter.IsInitOnly ? " init" : " set" : "";
        return get + set;
    }

    private static string Name(ITypeSymbol type) => type.ToDisplayString(FullNames);
}
