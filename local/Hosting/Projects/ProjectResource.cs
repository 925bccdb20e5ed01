using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A .NET project.</summary>
    public class ProjectResource(string name)
        : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport, IComputeResource;

    /// <summary>Says how many processes a project has.</summary>
    public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
    {
        /// <summary>How many.</summary>
        public int Replicas { get; } = replicas;
    }

    /// <summary>Finds projects.</summary>
    public static class ProjectResourceExtensions
    {
        /// <summary>All projects of the application.</summary>
        public static IEnumerable<ProjectResource> GetProjectResources(this DistributedApplicationModel model)
        {
            ArgumentNullException.ThrowIfNull(model);
            return model.Resources.OfType<ProjectResource>();
        }

        /// <summary>Where the project is.</summary>
        /// <exception cref="InvalidOperationException">Nobody has said.</exception>
        public static IProjectMetadata GetProjectMetadata(this ProjectResource projectResource)
        {
            ArgumentNullException.ThrowIfNull(projectResource);
            return projectResource.Annotations.OfType<IProjectMetadata>().Single();
        }
    }
}

namespace Aspire.Hosting
{
    /// <summary>A resource that others find by its name through service discovery.</summary>
    public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

    /// <summary>Where a project is. The build writes one for each project that the AppHost refers to.</summary>
    public interface IProjectMetadata : IResourceAnnotation
    {
        /// <summary>The full path of the project file.</summary>
        string ProjectPath { get; }

        /// <summary>Its launch settings; null to read them from beside the project file.</summary>
        LaunchSettings? LaunchSettings => null;

        /// <summary>Whether the project is built by somebody else and must not be built when it is started.</summary>
        bool SuppressBuild => false;

        /// <summary>Whether it is a single source file.</summary>
        bool IsFileBasedApp => false;
    }

    /// <summary>How a project is taken into the application.</summary>
    public class ProjectResourceOptions
    {
        /// <summary>The launch profile to use; null for the one that the AppHost was started with, or else the first.</summary>
        public string? LaunchProfileName { get; set; }

        /// <summary>Whether to use no launch profile at all.</summary>
        public bool ExcludeLaunchProfile { get; set; }

        /// <summary>Whether to ignore the endpoints in the project's own configuration.</summary>
        public bool ExcludeKestrelEndpoints { get; set; }
    }
}
