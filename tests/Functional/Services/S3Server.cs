using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace QueueInference.Functional.Services;

/// <summary>As much of S3 as a payload store and a model repository need, in memory: objects, uploads in parts, and lists of both. Credentials are not looked at.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";
    private readonly ConcurrentDictionary<string, DateTimeOffset> _modified = new();
    private readonly ConcurrentDictionary<string, byte[]> _objects = new();
    private readonly ConcurrentDictionary<string, (string Key, ConcurrentDictionary<int, byte[]> Parts)> _uploads = new();
    private readonly WebApplication _app;

    private S3Server(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<S3Server> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var server = new S3Server(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        // /bucket/key
        var path = context.Request.Path.Value!.TrimStart('/').Split('/', 2);
        var (key, query) = (path.Length > 1 ? path[1] : "", context.Request.Query);
        return (context.Request.Method, key) switch
        {
            ("PUT", not "") => PutAsync(context, key),
            ("POST", not "") => query.ContainsKey("uploads") ? BeginAsync(context, key) : CompleteAsync(context, key),
            ("GET", "") => ListAsync(context),
            ("GET", _) => GetAsync(context, key),
            ("DELETE", _) => Delete(context, key),
            _ => AnswerAsync(context, 400, Error("InvalidRequest")),
        };
    }

    private async Task PutAsync(HttpContext context, string key)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        var query = context.Request.Query;
        if (query["uploadId"] is [{ } id])
        {
            if (!_uploads.TryGetValue(id, out var upload))
            {
                await AnswerAsync(context, 404, Error("NoSuchUpload"));
                return;
            }

            upload.Parts[int.Parse(query["partNumber"]!, System.Globalization.CultureInfo.InvariantCulture)] = bytes;
        }
        else
        {
            (_objects[key], _modified[key]) = (bytes, TimeProvider.System.GetUtcNow());
        }

        context.Response.Headers.ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"";
    }

    private Task BeginAsync(HttpContext context, string key)
    {
        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = (key, new());
        return AnswerAsync(context, 200, new XElement(Xml + "InitiateMultipartUploadResult", new XElement(Xml + "Key", key), new XElement(Xml + "UploadId", id)));
    }

    private async Task CompleteAsync(HttpContext context, string key)
    {
        var wanted = (await XElement.LoadAsync(context.Request.Body, LoadOptions.None, context.RequestAborted))
            .Descendants().Where(element => element.Name.LocalName == "PartNumber").Select(element => (int)element).ToList();
        if (!_uploads.TryRemove(context.Request.Query["uploadId"]!, out var upload) || !wanted.All(upload.Parts.ContainsKey)
            || wanted.SkipLast(1).Any(number => upload.Parts[number].Length < 5 << 20))
        {
            await AnswerAsync(context, 400, Error("InvalidPart"));
            return;
        }

        _objects[key] = [.. wanted.SelectMany(number => upload.Parts[number])];
        await AnswerAsync(context, 200, new XElement(Xml + "CompleteMultipartUploadResult", new XElement(Xml + "Key", key), new XElement(Xml + "ETag", "\"whole\"")));
    }

    private Task GetAsync(HttpContext context, string key)
    {
        if (!_objects.TryGetValue(key, out var bytes))
        {
            return AnswerAsync(context, 404, Error("NoSuchKey"));
        }

        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private Task Delete(HttpContext context, string key)
    {
        _ = context.Request.Query["uploadId"] is [{ } id] ? _uploads.TryRemove(id, out _) : _objects.TryRemove(key, out _);
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private Task ListAsync(HttpContext context)
    {
        var prefix = context.Request.Query["prefix"].ToString();
        bool Wanted(string key) => key.StartsWith(prefix, StringComparison.Ordinal);
        return AnswerAsync(context, 200, context.Request.Query.ContainsKey("uploads")
            ? new XElement(Xml + "ListMultipartUploadsResult", _uploads.Where(upload => Wanted(upload.Value.Key)).Select(upload =>
                new XElement(Xml + "Upload", new XElement(Xml + "Key", upload.Value.Key), new XElement(Xml + "UploadId", upload.Key))))
            : new XElement(Xml + "ListBucketResult", _objects.Keys.Where(Wanted).Select(key =>
                new XElement(Xml + "Contents", new XElement(Xml + "Key", key), new XElement(Xml + "Size", _objects[key].Length),
                    new XElement(Xml + "LastModified", _modified.GetValueOrDefault(key).ToString("yyyy-MM-dd'T'HH:mm:ss.000'Z'", System.Globalization.CultureInfo.InvariantCulture))))));
    }

    private static XElement Error(string code) => new("Error", new XElement("Code", code), new XElement("Message", code));

    private static Task AnswerAsync(HttpContext context, int status, XElement body)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, "application/xml");
        return context.Response.WriteAsync(body.ToString(SaveOptions.DisableFormatting), context.RequestAborted);
    }
}
