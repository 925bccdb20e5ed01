using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Product.Catalog;

/// <summary>A category of products.</summary>
public sealed class Category
{
    /// <summary>Its name in addresses, and its key.</summary>
    public required string Slug { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; set; }

    /// <summary>Its place among the others, from 0.</summary>
    public int Position { get; set; }
}

internal sealed class CategoryConfiguration : IEntityTypeConfiguration<Category>
{
    public void Configure(EntityTypeBuilder<Category> category)
    {
        category.ToTable("categories");
        category.HasKey(x => x.Slug);
        category.Property(x => x.Slug).HasMaxLength(60);
        category.Property(x => x.Name).HasMaxLength(100);
    }
}
