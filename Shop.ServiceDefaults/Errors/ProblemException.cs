using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Shop.ServiceDefaults.Errors;

/// <summary>Ends a request with a problem from where no result can be returned, such as parameter binding. Handlers return problems instead.</summary>
public sealed class ProblemException(ProblemHttpResult problem) : Exception(problem.ProblemDetails.Title)
{
    /// <summary>What the client is told.</summary>
    public ProblemDetails Problem { get; } = problem.ProblemDetails;

    /// <summary>When it is worth asking again; null: the client is told nothing of that.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
