using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Local;

public sealed class ReferenceTests
{
    [Fact]
    public async Task A_reference_to_a_database_gives_its_connection_string_and_each_part_of_it()
    {
        var builder = AppModel.Builder();
        var postgres = builder.AddPostgres("postgres", password: builder.Password("p}w")).Listening("tcp", 5433);
        var variables = await Variables(builder.Program("web").WithReference(postgres.AddDatabase("db", "shop")));

        Assert.Equal("Host=localhost;Port=5433;Username=postgres;Password=p}w;Database=shop", variables["ConnectionStrings__db"]);
        Assert.Equal("localhost", variables["DB_HOST"]);
        Assert.Equal("5433", variables["DB_PORT"]);
        Assert.Equal("postgres", variables["DB_USERNAME"]);
        Assert.Equal("p}w", variables["DB_PASSWORD"]);
        Assert.Equal("shop", variables["DB_DATABASENAME"]);
        Assert.Equal("postgresql://postgres:p%7Dw@localhost:5433/shop", variables["DB_URI"]);
        Assert.Equal("jdbc:postgresql://localhost:5433/shop", variables["DB_JDBCCONNECTIONSTRING"]);
        Assert.Equal(8, variables.Count);
    }

    [Fact]
    public async Task A_reference_to_a_broker_gives_an_AMQP_URI_with_the_password_escaped()
    {
        var builder = AppModel.Builder();
        var messaging = builder.AddRabbitMQ("messaging", password: builder.Password("a/b")).Listening("tcp", 5673);
        var variables = await Variables(builder.Program("web").WithReference(messaging));

        Assert.Equal("amqp://guest:a%2Fb@localhost:5673", variables["ConnectionStrings__messaging"]);
        Assert.Equal("amqp://guest:a%2Fb@localhost:5673", variables["MESSAGING_URI"]);
        Assert.Equal("guest", variables["MESSAGING_USERNAME"]);
        Assert.Equal("a/b", variables["MESSAGING_PASSWORD"]);
        Assert.Equal("5673", variables["MESSAGING_PORT"]);
    }

    [Fact]
    public async Task A_reference_to_one_endpoint_gives_its_URL_for_service_discovery_and_for_everyone_else()
    {
        var builder = AppModel.Builder();
        var api = builder.Program("api-two").WithHttpEndpoint().WithHttpEndpoint(name: "admin").Listening("http", 5170).Listening("admin", 5171);
        var variables = await Variables(builder.Program("web").WithReference(api.GetEndpoint("http")));

        Assert.Equal("http://localhost:5170", variables["services__api-two__http__0"]);
        Assert.Equal("http://localhost:5170", variables["API_TWO_HTTP"]);
        Assert.Equal(2, variables.Count);
    }

    [Fact]
    public async Task A_connection_can_go_by_another_name()
    {
        var builder = AppModel.Builder();
        var messaging = builder.AddRabbitMQ("messaging", password: builder.Password("x")).Listening("tcp", 1);
        var variables = await Variables(builder.Program("web").WithReference(messaging, connectionName: "bus"));

        Assert.Contains("ConnectionStrings__bus", variables);
        Assert.Contains("BUS_HOST", variables);
    }

    [Fact]
    public async Task A_reference_puts_only_what_is_asked_for_into_the_environment()
    {
        var builder = AppModel.Builder();
        var messaging = builder.AddRabbitMQ("messaging", password: builder.Password("x")).Listening("tcp", 1);
        var web = builder.Program("web").WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString).WithReference(messaging);

        Assert.Equal(["ConnectionStrings__messaging"], (await Variables(web)).Keys);
    }

    [Fact]
    public async Task A_variable_may_be_made_of_text_an_endpoint_and_a_parameter()
    {
        var builder = AppModel.Builder();
        var api = builder.Program("api").WithHttpEndpoint().Listening("http", 5170);
        var mail = builder.AddParameter("mail", "a@b");
        var web = builder.Program("web").WithEnvironment("LINK", $"{api.GetEndpoint("http")}/{{id}}?m={mail:uri}");

        Assert.Equal("http://localhost:5170/{id}?m=a%40b", (await Variables(web))["LINK"]);
    }

    [Fact]
    public void Waiting_for_a_database_is_also_waiting_for_its_server()
    {
        var builder = AppModel.Builder();
        var db = builder.AddPostgres("postgres", password: builder.Password("x")).AddDatabase("db");
        var web = builder.Program("web").WaitFor(db);

        Assert.Equal(["postgres", "db"], web.Resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name));
    }

    [Fact]
    public void Nobody_waits_for_itself()
    {
        var web = AppModel.Builder().Program("web");
        Assert.Equal("The 'web' resource cannot wait for itself.", Assert.Throws<DistributedApplicationException>(() => web.WaitFor(web)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("two--hyphens")]
    [InlineData("ends-")]
    [InlineData("under_score")]
    public void A_name_that_is_none_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => AppModel.Builder().Program(name));

    [Fact]
    public void Two_resources_cannot_have_one_name_whatever_its_case()
    {
        var builder = AppModel.Builder();
        builder.Program("web");
        Assert.Throws<DistributedApplicationException>(() => builder.Program("WEB"));
    }

    private static async Task<Dictionary<string, string>> Variables<T>(IResourceBuilder<T> builder) where T : IResourceWithEnvironment =>
        await builder.Resource.GetEnvironmentVariableValuesAsync();
}
