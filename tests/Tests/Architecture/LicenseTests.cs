using Xunit;

namespace QueueInference.Tests.Architecture;

public sealed class LicenseTests
{
    [Fact]
    public void License_OfTheRepository_IsMit()
    {
        var text = Repository.Text("LICENSE");

        Assert.StartsWith("MIT License", text, StringComparison.Ordinal);
        Assert.Contains("Permission is hereby granted, free of charge, to any person obtaining a copy", text, StringComparison.Ordinal);
        Assert.Contains("THE SOFTWARE IS PROVIDED \"AS IS\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void License_OfThePackages_IsMit() =>
        Assert.Contains("<PackageLicenseExpression>MIT</PackageLicenseExpression>", Repository.Text("Directory.Build.props"), StringComparison.Ordinal);
}
