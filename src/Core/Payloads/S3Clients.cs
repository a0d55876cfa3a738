using Amazon.Runtime;
using Amazon.S3;

namespace QueueInference.Core.Payloads;

/// <summary>Clients of S3, and of servers that speak like it.</summary>
internal static class S3Clients
{
    /// <summary>A client that gives up after a while, and asks for no checksums that servers other than Amazon's do not know.</summary>
    /// <param name="serviceUrl">The server; null for Amazon's.</param>
    /// <param name="credentials">Null for those that the AWS SDK finds.</param>
    public static IAmazonS3 Create(string? serviceUrl, AWSCredentials? credentials = null)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 2,
            Timeout = TimeSpan.FromMinutes(1),
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (serviceUrl is not null)
        {
            (config.ServiceURL, config.ForcePathStyle) = (serviceUrl, true);
        }

        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }
}
