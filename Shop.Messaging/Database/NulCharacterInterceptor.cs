using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Shop.ServiceDefaults.Text;

namespace Shop.Messaging.Database;

/// <summary>
/// Keeps NUL characters from the database, so that who sent one hears what was wrong. Commands that run through EF Core asynchronously are looked at, as
/// all here do. Plain SQL is not: its texts are from a URL, a cursor or a contract, which are refused before, or obey a rule that allows less.
/// </summary>
internal sealed class NulCharacterInterceptor : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    private static void Check(DbCommand command)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            switch (parameter.Value)
            {
                case string text:
                    NulCharacterException.ThrowIfIn(text);
                    break;
                case IEnumerable<string?> texts:
                    foreach (var text in texts)
                    {
                        NulCharacterException.ThrowIfIn(text);
                    }
                    break;
            }
        }
    }
}
