using System.Net.Sockets;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Messaging.Consuming;
using Shop.ServiceDefaults.Errors;
using static Shop.Messaging.Consuming.Failures;

namespace Shop.Tests.Unit.Messaging;

public sealed class FailureKindTests
{
    public static TheoryData<Exception> Passing =>
    [
        new UnavailableException("the gateway is away"),
        new TimeoutException(),
        new SocketException((int)SocketError.ConnectionRefused),
        new IOException("connection reset"),
        new HttpRequestException("refused"),
        new NpgsqlException("the pool is exhausted", new TimeoutException()),
        Postgres(PostgresErrorCodes.SerializationFailure),
        Postgres(PostgresErrorCodes.DeadlockDetected),
        Postgres(PostgresErrorCodes.TooManyConnections),
        Postgres(PostgresErrorCodes.AdminShutdown),
        Postgres(PostgresErrorCodes.CannotConnectNow),
        Postgres(PostgresErrorCodes.InvalidPassword),
        Postgres(PostgresErrorCodes.ReadOnlySqlTransaction),
        new TaskCanceledException("a client's own time-out"),
        new DbUpdateException("could not save", Postgres(PostgresErrorCodes.DeadlockDetected)),
    ];

    public static TheoryData<Exception> Lasting =>
    [
        new PermanentException("cannot be"),
        new JsonException("not JSON"),
        Postgres(PostgresErrorCodes.CheckViolation),
        Postgres(PostgresErrorCodes.ForeignKeyViolation),
        Postgres(PostgresErrorCodes.UniqueViolation, "pk_something"),
        Postgres(PostgresErrorCodes.NumericValueOutOfRange),
        new DbUpdateException("could not save", Postgres(PostgresErrorCodes.CheckViolation)),
    ];

    [Theory]
    [MemberData(nameof(Passing))]
    public void A_failure_that_passes_is_tried_again(Exception exception) => Assert.Equal(FailureKind.Transient, Classify(exception));

    [Theory]
    [MemberData(nameof(Lasting))]
    public void A_failure_that_stays_is_not_tried_again(Exception exception) => Assert.Equal(FailureKind.Permanent, Classify(exception));

    [Fact]
    public void Any_other_failure_is_worth_a_few_tries()
    {
        Assert.Equal(FailureKind.Unknown, Classify(new InvalidOperationException()));
        Assert.Equal(FailureKind.Unknown, Classify(Postgres(PostgresErrorCodes.UndefinedTable)));
    }

    [Fact]
    public void A_second_entry_in_the_inbox_means_already_handled() =>
        Assert.Equal(FailureKind.AlreadyHandled, Classify(Postgres(PostgresErrorCodes.UniqueViolation, "pk_inbox")));

    private static PostgresException Postgres(string state, string? constraint = null) =>
        new("message", "ERROR", "ERROR", state, constraintName: constraint);
}
