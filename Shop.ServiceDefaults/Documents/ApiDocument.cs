using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Lists;

namespace Shop.ServiceDefaults.Documents;

/// <summary>The OpenAPI document: what endpoints say of themselves, and what all of them have in common.</summary>
internal static class ApiDocument
{
    private const string Bearer = "bearer";
    private const string Problem = "Problem";
    private const string ProblemJson = "application/problem+json";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "An access token of the auth service.",
            });
            document.Components?.Schemas?.Remove(nameof(ProblemDetails));
            document.AddComponent<IOpenApiSchema>(Problem, ProblemSchema());
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            AddPaging(operation, context);
            AddAccess(operation, context);
            AddErrors(operation);
            DescribeProblems(operation, context);
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this WebApplication app)
    {
        // For developers; in production it would be a map for those who look for a way in.
        if (app.Environment.IsDevelopment())
        {
            app.MapOpenApi().AllowAnonymous();
            // Everything on the page comes from here: no fonts, telemetry or assistants of others.
            app.MapScalarApiReference(page => page.DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp()).AllowAnonymous();
        }
    }

    /// <summary>A parameter that binds itself hides from the document; these two are shown by hand.</summary>
    private static void AddPaging(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>()
            .Any(method => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(Paging))))
        {
            return;
        }
        var parameters = operation.Parameters ??= [];
        parameters.Add(new OpenApiParameter
        {
            Name = "limit",
            In = ParameterLocation.Query,
            Description = "How many items, 20 where it is left out.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Minimum = "1",
                Maximum = Paging.MaxLimit.ToString(CultureInfo.InvariantCulture),
                Default = Paging.DefaultLimit,
            },
        });
        parameters.Add(new OpenApiParameter
        {
            Name = "after",
            In = ParameterLocation.Query,
            Description = "The 'next' of the page before; the first page where it is left out.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }

    private static void AddAccess(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAllowAnonymous>().Any())
            return;
        (operation.Security ??= []).Add(new() { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] });
        AddError(operation, 401, "No access token, or not a valid one.");
        if (metadata.OfType<PermissionMetadata>().Select(p => p.Permission).ToArray() is [_, ..] permissions)
            AddError(operation, 403, $"The access token lacks the permission {string.Join(", ", permissions)}.");
    }

    private static void AddErrors(OpenApiOperation operation)
    {
        if (operation.RequestBody?.Content is { } content)
        {
            AddError(operation, 400, "The request is not well-formed or not valid.");
            AddError(operation, 413, "The request body is too large.");
            if (content.ContainsKey("application/json"))
                AddError(operation, 415, "The request body has an unsupported content type.");
        }
        else if (operation.Parameters is [_, ..])
        {
            AddError(operation, 400, "A parameter is not valid.");
        }
        AddError(operation, 500, "Something went wrong on our side.");
        AddError(operation, 503, "Something that is needed is away for the moment; try again after Retry-After.");
    }

    private static void AddError(OpenApiOperation operation, int status, string description) =>
        (operation.Responses ??= []).TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { [ProblemJson] = new() },
        });

    /// <summary>Every problem, also those that endpoints declare themselves, has the members that <see cref="Errors.ProblemWriter"/> writes.</summary>
    private static void DescribeProblems(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var response in operation.Responses ?? [])
        {
            if (response.Value.Content?.TryGetValue(ProblemJson, out var problem) is true)
                problem.Schema = new OpenApiSchemaReference(Problem, context.Document);
        }
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457 problem details; some types have further members.",
        Required = new HashSet<string> { "type", "title", "status", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Which problem it is; never changes.", "uri"),
            ["title"] = Text("The problem in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            ["detail"] = Text("What is wrong this time."),
            ["traceId"] = Text("What to tell us when asking about it."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "For each field that is not valid, why.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };

    private static OpenApiSchema Text(string description, string? format = null) =>
        new() { Type = JsonSchemaType.String, Description = description, Format = format };
}
